from __future__ import annotations

import subprocess
import sys

import pytest

from raisonne.index.candidate_engine import CandidateEngineError
from raisonne.rights.errors import ConfigError
from raisonne.vectors.engines import engine_from_uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "pgvector",
        "pgvector:",
        "pgvector:sqlite:////tmp/secret.db",
        "pgvector:postgresql://secret@host/database",
        "pgvector:secret",
        "qdrant:http://secret@host",
        "milvus:host:19530",
        "milvus:ftp://secret@host",
        "milvus:http://secret@host:port",
        "milvus:http://secret@host?index=GUESS",
        "milvus:http://[secret",
        "milvus-lite:/tmp/secret.sqlite",
        "postgresql+psycopg://secret@host/database",
    ],
)
def test_what_names_no_engine_is_refused_without_repeating_what_may_be_secret(uri: str) -> None:
    with pytest.raises(ConfigError) as raised:
        engine_from_uri(uri)
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "uri",
    [
        "pgvector:postgresql+psycopg://user:secret@127.0.0.1:1/database",
        "milvus:http://user:secret@127.0.0.1:1/database",
    ],
)
def test_a_server_that_does_not_answer_is_an_error_of_ours(uri: str) -> None:
    pytest.importorskip("pymilvus", reason="NO MILVUS: pymilvus is not installed")
    with pytest.raises(CandidateEngineError) as raised:
        engine_from_uri(uri)
    assert "secret" not in raised.value.message


def test_choosing_an_engine_imports_neither_driver() -> None:
    code = (
        "import sys, raisonne.vectors.engines; "
        "print([m for m in ('psycopg', 'pgvector', 'pymilvus', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
