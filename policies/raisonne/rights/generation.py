"""What is asked of an engine and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_PROMPT_CHARACTERS = 4_000
"""Longest prompt that is screened or rendered."""


class Task(StrEnum):
    """Kinds of generation."""

    TEXT_TO_IMAGE = "text-to-image"


class GenerationState(StrEnum):
    """Where one artwork stands."""

    RELEASED = "RELEASED"
    HELD = "HELD"
    BLOCKED = "BLOCKED"
    RECALLED = "RECALLED"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One artwork wanted.

    Attributes:
        prompt: Words, at most ``MAX_PROMPT_CHARACTERS``.
        width: Pixels.
        height: Pixels.
        seed: 63-bit non-negative seed; the same seed and engine give the same picture.
        task: Kind.
    """

    prompt: str
    width: int
    height: int
    seed: int
    task: Task = Task.TEXT_TO_IMAGE


@dataclass(frozen=True, slots=True)
class EngineDescription:
    """Who made the pixels, for the credential and the ledger.

    Attributes:
        uri: How it was chosen, for example ``procedural:``.
        name: Product name of the engine.
        version: Its version; the same version and seed give the same pixels.
        digital_source_type: Last path segment of the IPTC term, for example ``algorithmicMedia``.
    """

    uri: str
    name: str
    version: str
    digital_source_type: str


@dataclass(frozen=True, slots=True)
class Generation:
    """The record of one artwork.

    Attributes:
        name: ``generations/{id}``.
        tenant: Owner.
        operation: The job it belongs to; empty when made outside a job.
        index: Position within the job, from 0.
        state: What became of it.
        prompt_sha256: Digest of the UTF-8 prompt; the text itself is not kept in the clear.
        seed: As used.
        engine: Who made it.
        understood_words: Prompt words that shaped the picture.
        ignored_words: Prompt words that the engine does not know.
        asset: ``assets/{id}``: the signed file if released, the unsigned one if held, else empty.
        verdict: ``verdicts/{id}`` of the output, or of the prompt if that was blocked.
        manifest_label: Active manifest of the signed file; empty unless released.
        ledger_event: Identifier of its ledger event.
        create_time: When it was committed (UTC).
    """

    name: str
    tenant: str
    operation: str
    index: int
    state: GenerationState
    prompt_sha256: str
    seed: int
    engine: EngineDescription
    understood_words: tuple[str, ...]
    ignored_words: tuple[str, ...]
    asset: str
    verdict: str
    manifest_label: str
    ledger_event: str
    create_time: datetime
