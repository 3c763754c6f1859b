"""What tests of the use cases share: pictures, reserved works and a house that reviews copies."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.postgres import PostgresServer

from raisonne.app.generate import Generate, Made
from raisonne.app.works import WorkDraft
from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

RESERVED = RightsStatement(
    reservations=frozenset({ReservationKind.AI_GENERATION, ReservationKind.AI_TRAINING})
)


def picture(seed: int, side: int = 96) -> bytes:
    """A PNG full of structure, another for each seed."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    out = io.BytesIO()
    coarse.resize((side, side), Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


def reserve(service: Service, data: bytes, title: str = "Reserved") -> Work:
    """Register a work whose generation and training are reserved."""
    draft = WorkDraft(data, title=title, rights=RESERVED)
    return service.works.register(service.principal, draft).work


def lenient_policies() -> PolicyBundle:
    """The packaged policies, but that a certain copy is for a person to look at, not refused."""
    texts = dict(packaged_texts(".cedar"))
    strict = texts["screening/matches.cedar"]
    texts["screening/matches.cedar"] = strict.replace('@outcome("BLOCK")', '@outcome("REVIEW")')
    return PolicyBundle.from_texts(dict(packaged_texts(".cedarschema"))[SCHEMA], texts)


def lenient(service: Service) -> Generate:
    """The use case that holds copies of reserved works."""
    return replace(service.generate, policies=lenient_policies())


def reserved_output(service: Service, seed: int) -> tuple[GenerationRequest, Work]:
    """Return a request whose picture is reserved by then."""
    request = GenerationRequest("waves", 128, 128, seed)
    released = service.generate(service.principal, request)
    assert released.data is not None
    return request, reserve(service, released.data)


def held(service: Service, seed: int) -> Made:
    """Make an artwork that is held for review."""
    request, work = reserved_output(service, seed)
    made = lenient(service)(service.principal, request)
    # Otherwise it would block what other tests make.
    service.works.withdraw(service.principal, work.name)
    return made


@contextmanager
def home_on(engine: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """Open an empty home whose catalogue lies on an engine."""
    with (
        database_on(engine, request) as url,
        open_service(Settings(home=home, database=url)) as opened,
    ):
        yield opened


@contextmanager
def database_on(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the URL of a database with tables and no rows; empty for SQLite inside a home."""
    if engine == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database("migrated") as url:
        yield url
