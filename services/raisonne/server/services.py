"""What is served: one place that names every service with its servicer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc.aio
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor

from raisonne.api.v1 import (
    asset_service_pb2,
    asset_service_pb2_grpc,
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    dataset_audit_service_pb2,
    dataset_audit_service_pb2_grpc,
    dispute_service_pb2,
    dispute_service_pb2_grpc,
    document_service_pb2,
    document_service_pb2_grpc,
    generation_service_pb2,
    generation_service_pb2_grpc,
    holder_service_pb2,
    holder_service_pb2_grpc,
    ledger_service_pb2,
    ledger_service_pb2_grpc,
    licence_service_pb2,
    licence_service_pb2_grpc,
    notice_service_pb2,
    notice_service_pb2_grpc,
    operation_service_pb2,
    operation_service_pb2_grpc,
    provenance_service_pb2,
    provenance_service_pb2_grpc,
    registration_service_pb2,
    registration_service_pb2_grpc,
    reservation_service_pb2,
    reservation_service_pb2_grpc,
    review_service_pb2,
    review_service_pb2_grpc,
    screening_service_pb2,
    screening_service_pb2_grpc,
)
from raisonne.server.application import Application
from raisonne.server.following import Follower
from raisonne.server.limits import ServerLimits
from raisonne.server.servicers.assets import AssetServicer
from raisonne.server.servicers.catalogue import CatalogueServicer
from raisonne.server.servicers.dataset_audit import DatasetAuditServicer
from raisonne.server.servicers.disputes import DisputeServicer
from raisonne.server.servicers.documents import DocumentServicer
from raisonne.server.servicers.generation import GenerationServicer
from raisonne.server.servicers.holders import HolderServicer
from raisonne.server.servicers.ledger import LedgerServicer
from raisonne.server.servicers.licences import LicenceServicer
from raisonne.server.servicers.notices import NoticeServicer
from raisonne.server.servicers.operations import OperationsServicer
from raisonne.server.servicers.provenance import ProvenanceServicer
from raisonne.server.servicers.reading import OperationReader
from raisonne.server.servicers.registrations import RegistrationServicer
from raisonne.server.servicers.reservations import ReservationServicer
from raisonne.server.servicers.review import ReviewServicer
from raisonne.server.servicers.screening import ScreeningServicer
from raisonne.server.servicers.watching import OperationServicer
from raisonne.server.uploads import StagedUploads


@dataclass(frozen=True, slots=True)
class Served:
    """One service.

    Attributes:
        descriptor: Its descriptor.
        register: The generated function that adds a servicer to a server.
        servicer: What answers.
    """

    descriptor: ServiceDescriptor
    register: Callable[[Any, grpc.aio.Server], None]
    servicer: object

    @property
    def name(self) -> str:
        """Full name, for example ``raisonne.api.v1.LedgerService``."""
        return self.descriptor.full_name


def served(app: Application, limits: ServerLimits, stopping: asyncio.Event) -> tuple[Served, ...]:
    """Return every service of an application.

    Args:
        app: The use cases.
        limits: Bounds.
        stopping: Set when the server stops.
    """
    uploads = StagedUploads(
        app.clock, total_bytes=limits.staged_bytes, lifetime=limits.upload_lifetime
    )
    reader = OperationReader(app.operations, app.artworks)
    follower = Follower(app.operations, limits.poll_interval.total_seconds(), stopping)
    return (
        Served(
            _only(asset_service_pb2.DESCRIPTOR),
            asset_service_pb2_grpc.add_AssetServiceServicer_to_server,
            AssetServicer(app.artworks, uploads, limits.upload_chunk_bytes),
        ),
        Served(
            _only(catalogue_service_pb2.DESCRIPTOR),
            catalogue_service_pb2_grpc.add_CatalogueServiceServicer_to_server,
            CatalogueServicer(app.works, app.work_changes, uploads),
        ),
        Served(
            _only(dataset_audit_service_pb2.DESCRIPTOR),
            dataset_audit_service_pb2_grpc.add_DatasetAuditServiceServicer_to_server,
            DatasetAuditServicer(app.dataset_audits, uploads, limits),
        ),
        Served(
            _only(dispute_service_pb2.DESCRIPTOR),
            dispute_service_pb2_grpc.add_DisputeServiceServicer_to_server,
            DisputeServicer(app.disputes, app.dispute_rulings),
        ),
        Served(
            _only(document_service_pb2.DESCRIPTOR),
            document_service_pb2_grpc.add_DocumentServiceServicer_to_server,
            DocumentServicer(app.documents, uploads, limits.upload_chunk_bytes),
        ),
        Served(
            _only(generation_service_pb2.DESCRIPTOR),
            generation_service_pb2_grpc.add_GenerationServiceServicer_to_server,
            GenerationServicer(app.submit_generation, app.artworks, reader),
        ),
        Served(
            _only(holder_service_pb2.DESCRIPTOR),
            holder_service_pb2_grpc.add_HolderServiceServicer_to_server,
            HolderServicer(app.holders),
        ),
        Served(
            _only(ledger_service_pb2.DESCRIPTOR),
            ledger_service_pb2_grpc.add_LedgerServiceServicer_to_server,
            LedgerServicer(app.audit_log),
        ),
        Served(
            _only(licence_service_pb2.DESCRIPTOR),
            licence_service_pb2_grpc.add_LicenceServiceServicer_to_server,
            LicenceServicer(app.licences),
        ),
        Served(
            _only(notice_service_pb2.DESCRIPTOR),
            notice_service_pb2_grpc.add_NoticeServiceServicer_to_server,
            NoticeServicer(app.notices, app.counter_notices),
        ),
        Served(
            _only(operation_service_pb2.DESCRIPTOR),
            operation_service_pb2_grpc.add_OperationServiceServicer_to_server,
            OperationServicer(reader, follower),
        ),
        Served(
            _only(provenance_service_pb2.DESCRIPTOR),
            provenance_service_pb2_grpc.add_ProvenanceServiceServicer_to_server,
            ProvenanceServicer(app.provenance, uploads),
        ),
        Served(
            _only(reservation_service_pb2.DESCRIPTOR),
            reservation_service_pb2_grpc.add_ReservationServiceServicer_to_server,
            ReservationServicer(app.reservations),
        ),
        Served(
            _only(registration_service_pb2.DESCRIPTOR),
            registration_service_pb2_grpc.add_RegistrationServiceServicer_to_server,
            RegistrationServicer(app.office_registrations),
        ),
        Served(
            _only(review_service_pb2.DESCRIPTOR),
            review_service_pb2_grpc.add_ReviewServiceServicer_to_server,
            ReviewServicer(app.review, app.case_work, app.appeals, limits.upload_chunk_bytes),
        ),
        Served(
            _only(screening_service_pb2.DESCRIPTOR),
            screening_service_pb2_grpc.add_ScreeningServiceServicer_to_server,
            ScreeningServicer(app.check, uploads),
        ),
        Served(
            _only(operations_pb2.DESCRIPTOR),
            operations_pb2_grpc.add_OperationsServicer_to_server,
            OperationsServicer(reader, follower),
        ),
    )


def _only(file: FileDescriptor) -> ServiceDescriptor:
    (service,) = file.services_by_name.values()
    return service
