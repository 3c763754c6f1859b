"""Another implementation of gRPC reads the service through reflection, offline."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from raisonne.server import Application, ServerLimits
from raisonne.server.services import Served, served


@pytest.fixture
async def services(app: Application) -> tuple[Served, ...]:
    return served(app, ServerLimits(), asyncio.Event())


async def curl(buf: str, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        buf,
        "curl",
        "--protocol",
        "grpc",
        "--http2-prior-knowledge",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def call(buf: str, address: str, method: str, request: dict[str, Any]) -> Any:
    code, out, err = await curl(buf, "-d", json.dumps(request), f"http://{address}/{method}")
    assert code == 0, err
    return json.loads(out)


async def test_every_service_is_listed(
    buf: str, address: str, services: tuple[Served, ...]
) -> None:
    code, out, err = await curl(buf, f"http://{address}", "--list-services")
    assert code == 0, err
    assert set(out.split()) == {service.name for service in services} | {
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_every_method_is_listed(buf: str, address: str, services: tuple[Served, ...]) -> None:
    code, out, err = await curl(buf, f"http://{address}", "--list-methods")
    assert code == 0, err
    ours = {
        f"{service.name}/{method.name}"
        for service in services
        for method in service.descriptor.methods
    }
    assert ours <= set(out.split())


async def test_every_service_is_healthy(
    buf: str, address: str, services: tuple[Served, ...]
) -> None:
    for name in ("", *(service.name for service in services)):
        answer = await call(buf, address, "grpc.health.v1.Health/Check", {"service": name})
        assert answer == {"status": "SERVING"}


async def test_a_prompt_is_checked_from_json(buf: str, address: str) -> None:
    answer = await call(
        buf,
        address,
        "raisonne.api.v1.ScreeningService/CheckPrompt",
        {"prompt": "a tree in autumn", "use": "USE_COMMERCIAL"},
    )
    assert answer["verdict"]["use"] == "USE_COMMERCIAL"
    assert answer["verdict"]["outcome"].startswith("OUTCOME_")


async def test_an_error_is_rich_for_everyone(buf: str, address: str) -> None:
    method = f"http://{address}/raisonne.api.v1.CatalogueService/GetWork"
    code, _, err = await curl(buf, "-d", '{"name": "works/none"}', method)
    assert code != 0
    answer = json.loads(err)
    assert answer["code"] == "not_found"
    assert "google.rpc.ErrorInfo" in {detail["type"] for detail in answer["details"]}
