"""What both clients' channels are set to."""

from __future__ import annotations

import json

from google.longrunning import operations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from raisonne.api.v1 import (
    asset_service_pb2,
    catalogue_service_pb2,
    dataset_audit_service_pb2,
    field_rule_pb2,
    generation_service_pb2,
    ledger_service_pb2,
    licence_service_pb2,
    operation_service_pb2,
    provenance_service_pb2,
    review_service_pb2,
    screening_service_pb2,
)
from raisonne.api.v1.asset_pb2 import AssetSource

MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message in either direction, as the server's."""

_MODULES = (
    asset_service_pb2,
    catalogue_service_pb2,
    dataset_audit_service_pb2,
    generation_service_pb2,
    ledger_service_pb2,
    licence_service_pb2,
    operation_service_pb2,
    provenance_service_pb2,
    review_service_pb2,
    screening_service_pb2,
)
_RETRIES = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
# The standard operations service carries no idempotency annotations; these of it are idempotent.
_IDEMPOTENT_OPERATIONS = ("ListOperations", "GetOperation", "CancelOperation", "WaitOperation")


def channel_options() -> list[tuple[str, str | int]]:
    """Return channel options: limits, keepalive, and retries of idempotent methods only."""
    return [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.service_config", json.dumps(service_config())),
    ]


def service_config() -> dict[str, object]:
    """Return the gRPC service config; what may be retried is what the protos call idempotent."""
    services = [
        service for module in _MODULES for service in module.DESCRIPTOR.services_by_name.values()
    ]
    names = [
        _name(service, method)
        for service in services
        for method in service.methods
        if _may_be_retried(method)
    ]
    operations = operations_pb2.DESCRIPTOR.services_by_name["Operations"]
    names += [
        _name(operations, operations.methods_by_name[name]) for name in _IDEMPOTENT_OPERATIONS
    ]
    return {"methodConfig": [{"name": names, "retryPolicy": _RETRIES}]}


def inline_bytes() -> int:
    """Return the most bytes that travel inside a request; longer files are uploaded first."""
    field = AssetSource.DESCRIPTOR.fields_by_name["data"]
    return field.GetOptions().Extensions[field_rule_pb2.rule].max_bytes


def chunk_bytes() -> int:
    """Return the most bytes of one chunk of an upload."""
    field = asset_service_pb2.UploadAssetRequest.DESCRIPTOR.fields_by_name["chunk"]
    return field.GetOptions().Extensions[field_rule_pb2.rule].max_bytes


def _name(service: ServiceDescriptor, method: MethodDescriptor) -> dict[str, str]:
    return {"service": service.full_name, "method": method.name}


def _may_be_retried(method: MethodDescriptor) -> bool:
    # A stream of requests is longer than what gRPC keeps to send it again, and when it tries to,
    # its core aborts the process ("promise_based_filter.cc: ILLEGAL STATE: FORWARDED_BATCH").
    level = method.GetOptions().idempotency_level
    return level != MethodOptions.IDEMPOTENCY_UNKNOWN and not method.client_streaming
