"""Artworks made, and the operations that made them."""

from __future__ import annotations

from google.longrunning import operations_pb2

from raisonne.api.v1 import generation_pb2, generation_service_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp
from raisonne.client.errors import error_from_status
from raisonne.client.values import OperationSnapshot
from raisonne.rights.generation import EngineDescription, Generation, GenerationState
from raisonne.rights.job import JobState


def generation_from_message(message: generation_pb2.Generation) -> Generation:
    """Return the record of a message."""
    engine = message.engine
    return Generation(
        name=message.name,
        tenant=message.tenant,
        operation=message.operation,
        index=message.index,
        state=from_wire(generation_pb2.Generation.State, GenerationState, message.state),
        prompt_sha256=message.prompt_sha256,
        seed=message.seed,
        engine=EngineDescription(
            engine.uri, engine.name, engine.version, engine.digital_source_type
        ),
        understood_words=tuple(message.understood_words),
        ignored_words=tuple(message.ignored_words),
        asset=message.asset,
        verdict=message.verdict,
        manifest_label=message.manifest_label,
        ledger_event=message.ledger_event,
        create_time=from_timestamp(message.create_time),
    )


def snapshot_from_message(message: operations_pb2.Operation) -> OperationSnapshot:
    """Return the operation of a message."""
    metadata = generation_service_pb2.OperationMetadata()
    message.metadata.Unpack(metadata)
    response = generation_service_pb2.GenerateArtworkResponse()
    if message.HasField("response"):
        message.response.Unpack(response)
    return OperationSnapshot(
        name=message.name,
        state=from_wire(generation_service_pb2.OperationMetadata.State, JobState, metadata.state),
        done_units=metadata.done_units,
        total_units=metadata.total_units,
        cancel_requested=metadata.cancel_requested,
        create_time=from_timestamp(metadata.create_time),
        update_time=from_timestamp(metadata.update_time),
        generations=tuple(generation_from_message(made) for made in response.generations),
        error=error_from_status(message.error) if message.HasField("error") else None,
    )
