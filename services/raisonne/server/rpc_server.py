"""The server itself: what is registered, in which order, under which bounds."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import grpc.aio
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from raisonne.api.v1 import (
    asset_service_pb2,
    asset_service_pb2_grpc,
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    generation_service_pb2,
    generation_service_pb2_grpc,
    ledger_service_pb2,
    ledger_service_pb2_grpc,
    operation_service_pb2,
    operation_service_pb2_grpc,
    provenance_service_pb2,
    provenance_service_pb2_grpc,
    screening_service_pb2,
    screening_service_pb2_grpc,
)
from raisonne.rights.errors import ConfigError
from raisonne.server.application import Application
from raisonne.server.following import Follower
from raisonne.server.interceptors.access_log import AccessLogInterceptor
from raisonne.server.interceptors.deadline import DeadlineInterceptor
from raisonne.server.interceptors.errors import ErrorInterceptor
from raisonne.server.interceptors.principal import (
    UnsafeLocalOperatorInterceptor,
    require_loopback,
)
from raisonne.server.interceptors.validation import ValidationInterceptor
from raisonne.server.limits import ServerLimits
from raisonne.server.servicers.assets import AssetServicer
from raisonne.server.servicers.catalogue import CatalogueServicer
from raisonne.server.servicers.generation import GenerationServicer
from raisonne.server.servicers.ledger import LedgerServicer
from raisonne.server.servicers.operations import OperationsServicer
from raisonne.server.servicers.provenance import ProvenanceServicer
from raisonne.server.servicers.reading import OperationReader
from raisonne.server.servicers.screening import ScreeningServicer
from raisonne.server.servicers.watching import OperationServicer
from raisonne.server.uploads import StagedUploads
from raisonne.server.validation import Validator

SERVICES: tuple[ServiceDescriptor, ...] = tuple(
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (asset_service_pb2, "AssetService"),
        (catalogue_service_pb2, "CatalogueService"),
        (generation_service_pb2, "GenerationService"),
        (ledger_service_pb2, "LedgerService"),
        (operation_service_pb2, "OperationService"),
        (provenance_service_pb2, "ProvenanceService"),
        (screening_service_pb2, "ScreeningService"),
        (operations_pb2, "Operations"),
    )
)
"""Every service that is served, health and reflection apart."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class RPCServer:
    """A server that was built and can be started once.

    Attributes:
        address: Where it listens, ``HOST:PORT``, with the port that was chosen for port 0.
    """

    def __init__(self, app: Application, listen: str, limits: ServerLimits) -> None:
        require_loopback(listen)
        self._limits = limits
        self._stopping = asyncio.Event()
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=_interceptors(app, limits),
            options=_options(limits),
            maximum_concurrent_rpcs=limits.concurrent_calls,
        )
        _register(self._server, app, limits, self._stopping)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = [service.full_name for service in SERVICES]
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
        for name in ("", *(service.full_name for service in SERVICES)):
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


def _interceptors(app: Application, limits: ServerLimits) -> list[grpc.aio.ServerInterceptor]:
    return [
        AccessLogInterceptor(),
        ErrorInterceptor(),
        DeadlineInterceptor(limits),
        UnsafeLocalOperatorInterceptor(app.tenant),
        ValidationInterceptor(Validator(SERVICES)),
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


def _register(
    server: grpc.aio.Server, app: Application, limits: ServerLimits, stopping: asyncio.Event
) -> None:
    uploads = StagedUploads(
        app.clock, total_bytes=limits.staged_bytes, lifetime=limits.upload_lifetime
    )
    reader = OperationReader(app.operations, app.artworks)
    follower = Follower(app.operations, limits.poll_interval.total_seconds(), stopping)
    asset_service_pb2_grpc.add_AssetServiceServicer_to_server(
        AssetServicer(app.artworks, uploads, limits.upload_chunk_bytes), server
    )
    catalogue_service_pb2_grpc.add_CatalogueServiceServicer_to_server(
        CatalogueServicer(app.works, uploads), server
    )
    generation_service_pb2_grpc.add_GenerationServiceServicer_to_server(
        GenerationServicer(app.submit_generation, app.artworks, reader), server
    )
    ledger_service_pb2_grpc.add_LedgerServiceServicer_to_server(
        LedgerServicer(app.audit_log), server
    )
    operation_service_pb2_grpc.add_OperationServiceServicer_to_server(
        OperationServicer(reader, follower), server
    )
    provenance_service_pb2_grpc.add_ProvenanceServiceServicer_to_server(
        ProvenanceServicer(app.provenance, uploads), server
    )
    screening_service_pb2_grpc.add_ScreeningServiceServicer_to_server(
        ScreeningServicer(app.check, uploads), server
    )
    operations_pb2_grpc.add_OperationsServicer_to_server(
        OperationsServicer(reader, follower), server
    )
