"""Starting, draining and stopping."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from raisonne.client import AsyncClient
from raisonne.rights.errors import ConfigError, Reason
from raisonne.rights.job import JobState
from raisonne.runtime.wiring import Service
from raisonne.server import Application, build_server, serving
from raisonne.server.limits import ServerLimits

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def test_stopping_tells_health_lets_calls_finish_and_ends_watches(
    app: Application, service: Service
) -> None:
    server = build_server(app, "127.0.0.1:0")
    await server.start()
    async with (
        AsyncClient(server.address) as client,
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await health.read()).status == SERVING
        operation = await client.generations.generate("waves", width=128, height=128)
        waiting = asyncio.create_task(client.operations._wait_once(operation.name, 60))
        await asyncio.sleep(0.1)
        stopping = asyncio.create_task(server.stop())
        assert (await health.read()).status == NOT_SERVING
        health.cancel()
        # The wait was in flight: it is answered with the operation as it stands, not dropped.
        assert (await waiting).state is JobState.PENDING
        await stopping
    app.operations.cancel(service.principal, operation.name)


async def test_an_address_in_use_is_refused(app: Application, address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build_server(app, address)
    assert refused.value.reason is Reason.CONFIG_INVALID


async def test_a_public_address_is_refused(app: Application) -> None:
    with pytest.raises(ConfigError) as refused:
        build_server(app, "0.0.0.0:0")
    assert refused.value.reason is Reason.UNSAFE_IN_PRODUCTION


def test_an_error_at_the_start_reaches_the_caller(app: Application) -> None:
    with pytest.raises(ConfigError), serving(app, "10.0.0.1:1", limits=ServerLimits()):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from raisonne.cli.serving import application\n"
        "from raisonne.runtime.settings import Settings\n"
        "from raisonne.runtime.wiring import open_service\n"
        "from raisonne.server import serve\n"
        "with open_service(Settings(home=Path(sys.argv[1]))) as service:\n"
        "    ready = lambda address: print(address, flush=True)\n"
        "    asyncio.run(serve(application(service), '127.0.0.1:0', ready))\n"
        "print('stopped')\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE, env=os.environ
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    async with AsyncClient(address) as client:
        await client.screening.check_prompt("waves")
    process.send_signal(number)
    rest = await process.stdout.read()
    assert (await process.wait(), rest.decode().strip()) == (0, "stopped")
