"""A real server on a loopback port over the embedded product; nothing is faked."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from raisonne.cli.serving import application
from raisonne.client import AsyncClient
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service
from raisonne.server import Application, ServerLimits, running

LIMITS = ServerLimits(grace=timedelta(seconds=2), poll_interval=timedelta(milliseconds=20))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The product on an empty home, without background workers."""
    with open_service(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@pytest.fixture
def app(service: Service) -> Application:
    return application(service)


@pytest.fixture
def workers(service: Service) -> Iterator[None]:
    """Background workers, for tests whose operations must get done."""
    running_workers = service.workers()
    running_workers.start()
    yield
    running_workers.stop()


@pytest.fixture
async def address(app: Application) -> AsyncIterator[str]:
    async with running(app, "127.0.0.1:0", limits=LIMITS) as served:
        yield served


@pytest.fixture
async def client(address: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(address) as connected:
        yield connected


@pytest.fixture
def picture() -> Callable[[], bytes]:
    """Return a function that makes a picture unlike all earlier ones of this run."""
    return lambda: _picture(next(_SEEDS))


_SEEDS = itertools.count()


def _picture(seed: int) -> bytes:
    """Return a small PNG of coloured blocks."""
    noise = b"".join(hashlib.sha256(f"{seed}:{part}".encode()).digest() for part in range(6))
    blocks = Image.frombytes("RGB", (8, 8), noise)
    out = io.BytesIO()
    blocks.resize((256, 256), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def buf() -> str:
    """Path of a gRPC client that is not ours."""
    import sys

    return str(Path(sys.executable).parent / "buf")
