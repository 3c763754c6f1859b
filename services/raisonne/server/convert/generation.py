"""Artworks made."""

from __future__ import annotations

from raisonne.api.v1 import generation_pb2
from raisonne.rights.generation import Generation
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp


def generation_to_message(generation: Generation) -> generation_pb2.Generation:
    """Return the message of an artwork's record."""
    engine = generation.engine
    return generation_pb2.Generation(
        name=generation.name,
        tenant=generation.tenant,
        operation=generation.operation,
        index=generation.index,
        state=to_wire(generation_pb2.Generation.State, generation.state),
        prompt_sha256=generation.prompt_sha256,
        seed=generation.seed,
        engine=generation_pb2.EngineDescription(
            uri=engine.uri,
            name=engine.name,
            version=engine.version,
            digital_source_type=engine.digital_source_type,
        ),
        understood_words=generation.understood_words,
        ignored_words=generation.ignored_words,
        asset=generation.asset,
        verdict=generation.verdict,
        manifest_label=generation.manifest_label,
        ledger_event=generation.ledger_event,
        create_time=to_timestamp(generation.create_time),
    )
