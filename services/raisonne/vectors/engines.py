"""Vector engines by URI, the one way in: the scheme says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from raisonne.index.candidate_engine import CandidateEngine
from raisonne.rights.errors import ConfigError, Reason


def engine_from_uri(uri: str) -> CandidateEngine:
    """Connect to the vector engine that a URI names.

    Args:
        uri: ``pgvector:postgresql+psycopg://user@host/database``, the part after ``pgvector:``
            being written as the catalogue's URL is; ``milvus:http://host:19530``, which may hold
            ``user:password@``, a ``/database`` and ``?index=`` with one of
            ``milvus_collections.INDEXES``; or ``milvus-lite:PATH``, for tests, where the path ends
            in ``.db``.

    Raises:
        ConfigError: If no engine has this URI, or what it needs is not installed
            (``ENGINE_UNAVAILABLE``).
        CandidateEngineError: If the engine cannot be reached.
    """
    scheme, _, location = uri.partition(":")
    connect = _ENGINES.get(scheme.lower())
    if connect is None or not location:
        # The rest of a URI may hold a password, so it is in no message.
        raise ConfigError(
            f"There is no vector engine {scheme!r}; known are {', '.join(sorted(_ENGINES))}, each "
            "followed by a colon and an address."
        )
    return connect(location)


def _pgvector(location: str) -> CandidateEngine:
    _need("pgvector", "psycopg", install="'raisonne[pgvector]'")
    try:
        driver = make_url(location).drivername
    except ArgumentError as error:
        raise ConfigError("The address after pgvector: cannot be read.") from error
    if driver != "postgresql+psycopg":
        raise ConfigError("The address after pgvector: must begin with postgresql+psycopg://.")
    from raisonne.vectors.pgvector import PgvectorEngine  # noqa: PLC0415

    return PgvectorEngine(location)


def _milvus(location: str) -> CandidateEngine:
    _need("pymilvus", install="'raisonne[milvus]'")
    from raisonne.vectors.milvus import MilvusEngine  # noqa: PLC0415
    from raisonne.vectors.milvus_collections import INDEXES  # noqa: PLC0415

    try:
        parts = urlsplit(location)
        server = f"{parts.hostname}:{parts.port or 19530}" if parts.hostname else ""
    except ValueError as error:
        raise ConfigError("The address after milvus: cannot be read.") from error
    if parts.scheme not in {"http", "https"} or not server:
        raise ConfigError(
            "The address after milvus: must begin with http:// or https:// and a host."
        )
    index = parse_qs(parts.query).get("index", ["AUTOINDEX"])[-1]
    if index not in INDEXES:
        raise ConfigError(f"The index must be one of {', '.join(INDEXES)}, not {index!r}.")
    return MilvusEngine(
        urlunsplit(SplitResult(parts.scheme, server, "", "", "")),
        index=index,
        token=f"{parts.username}:{parts.password or ''}" if parts.username else "",
        database=parts.path.strip("/"),
    )


def _milvus_lite(location: str) -> CandidateEngine:
    _need("pymilvus", "milvus_lite", install="'raisonne[milvus]' milvus-lite")
    if not location.endswith(".db"):
        raise ConfigError("The path after milvus-lite: must end in .db.")
    from raisonne.vectors.milvus import MilvusEngine  # noqa: PLC0415

    return MilvusEngine(location, index="FLAT")


_ENGINES: Final[Mapping[str, Callable[[str], CandidateEngine]]] = {
    "milvus": _milvus,
    "milvus-lite": _milvus_lite,
    "pgvector": _pgvector,
}


def _need(*packages: str, install: str) -> None:
    if any(find_spec(package) is None for package in packages):
        raise ConfigError(
            f"This vector engine is not installed: pip install {install}.",
            reason=Reason.ENGINE_UNAVAILABLE,
        )
