"""The server itself: what is registered, in which order, under which bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from raisonne.rights.errors import ConfigError
from raisonne.server.application import Application
from raisonne.server.interceptors.access_log import AccessLogInterceptor
from raisonne.server.interceptors.deadline import DeadlineInterceptor
from raisonne.server.interceptors.errors import ErrorInterceptor
from raisonne.server.interceptors.principal import (
    UnsafeLocalOperatorInterceptor,
    require_loopback,
)
from raisonne.server.interceptors.validation import ValidationInterceptor
from raisonne.server.limits import ServerLimits
from raisonne.server.services import Served, served
from raisonne.server.validation import Validator

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class RPCServer:
    """A server that was built and can be started once.

    Attributes:
        address: Where it listens, ``HOST:PORT``, with the port that was chosen for port 0.
        services: What it serves, health and reflection apart.
    """

    def __init__(self, app: Application, listen: str, limits: ServerLimits) -> None:
        require_loopback(listen)
        self._limits = limits
        self._stopping = asyncio.Event()
        self._health = health.aio.HealthServicer()
        self.services = served(app, limits, self._stopping)
        self._server = grpc.aio.server(
            interceptors=_interceptors(app, limits, self.services),
            options=_options(limits),
            maximum_concurrent_rpcs=limits.concurrent_calls,
        )
        for service in self.services:
            service.register(service.servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = [service.name for service in self.services]
        reflection.enable_server_reflection(
            [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server
        )
        self.address = self._bind(listen)

    def _bind(self, listen: str) -> str:
        try:
            port = self._server.add_insecure_port(listen)
        except RuntimeError as error:
            raise ConfigError(
                f"Nothing can listen on {listen}; is it in use?", metadata={"listen": listen}
            ) from error
        return f"{listen.rpartition(':')[0]}:{port}"

    async def start(self) -> None:
        """Begin to answer."""
        # Use cases block; the executor bounds how many run at once.
        asyncio.get_running_loop().set_default_executor(
            ThreadPoolExecutor(self._limits.worker_threads, thread_name_prefix="raisonne-rpc")
        )
        await self._server.start()
        await self._set_health(_SERVING)

    async def stop(self) -> None:
        """Answer NOT_SERVING, let running calls finish within the grace period, then end."""
        await self._set_health(_NOT_SERVING)
        self._stopping.set()
        await self._server.stop(self._limits.grace.total_seconds())

    async def _set_health(self, state: health_pb2.HealthCheckResponse.ServingStatus) -> None:
        for name in ("", *(service.name for service in self.services)):
            await self._health.set(name, state)


def build_server(app: Application, listen: str, *, limits: ServerLimits | None = None) -> RPCServer:
    """Build a server inside a running event loop.

    Args:
        app: The use cases.
        listen: ``HOST:PORT`` on loopback; port 0 chooses one.
        limits: Bounds; the defaults if None.

    Raises:
        ConfigError: If the address cannot be listened on, or others could reach it.
    """
    return RPCServer(app, listen, limits or ServerLimits())


def _interceptors(
    app: Application, limits: ServerLimits, services: Sequence[Served]
) -> list[grpc.aio.ServerInterceptor]:
    return [
        AccessLogInterceptor(),
        ErrorInterceptor(),
        DeadlineInterceptor(limits),
        UnsafeLocalOperatorInterceptor(app.tenant),
        ValidationInterceptor(Validator(service.descriptor for service in services)),
    ]


def _options(limits: ServerLimits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", limits.message_bytes),
        ("grpc.max_metadata_size", limits.metadata_bytes),
        ("grpc.max_concurrent_streams", limits.streams_per_connection),
        # Clients that wait for a long generation ping each 30 s; the default of 300 s cuts them.
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.so_reuseport", 0),
    ]
