"""Manifests: what is written is read back as it was, in every format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raisonne.cli.manifest_files import exported_row, manifest_writer, require_format
from raisonne.cli.manifests import MAX_LINE_CHARACTERS, Defaults, Row, count_rows, read_rows
from raisonne.rights.errors import InputError
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.work import Work, WorkState

DATA = b"the picture"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TIMES = st.none() | st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STATEMENTS = st.builds(
    RightsStatement,
    licence=TEXTS,
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind)),
    territories=st.just(frozenset({"*"}))
    | st.frozensets(st.sampled_from(["AT", "DE", "FR"]), max_size=3),
    valid_from=TIMES,
    valid_until=TIMES,
    embargo_until=TIMES,
    attribution=st.booleans(),
)
WORKS = st.builds(
    Work,
    name=st.just("works/1"),
    tenant=st.just("t"),
    title=TEXTS,
    holder=TEXTS,
    collection=TEXTS,
    external_id=TEXTS,
    source=TEXTS,
    asset=st.just("assets/1"),
    sha256=st.just(hashlib.sha256(DATA).hexdigest()),
    state=st.just(WorkState.REGISTERED),
    rights=STATEMENTS,
    revision=st.just(1),
    create_time=st.just(NOW),
    update_time=st.just(NOW),
)
# What a command line says for rows that say nothing must change none that says everything.
DEFAULTS = Defaults("Somebody", "CC0-1.0", ("tdm",), "Collection")


def written(folder: Path, suffix: str, works: Sequence[Work]) -> Path:
    path = folder / f"works{suffix}"
    with path.open("wb") as file, manifest_writer(path, file) as write:
        for work in works:
            write(exported_row(work, "picture.png"))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(WORKS, max_size=3))
def test_what_is_exported_is_imported_as_it_was(
    tmp_path: Path, suffix: str, works: list[Work]
) -> None:
    path = written(tmp_path, suffix, works)
    assert count_rows(path, DEFAULTS) == len(works)
    for row, work in zip(read_rows(path, DEFAULTS), works, strict=True):
        draft = row.draft(DATA)
        assert row.path == tmp_path / "picture.png"
        assert draft.rights == work.rights
        for field in ("title", "holder", "collection", "external_id", "source"):
            assert getattr(draft, field) == getattr(work, field)
        # Importing it again into the same registry changes nothing.
        assert row.change(draft, work.rights).changed(work) == {}
        other = replace(work, title=work.title + "!", rights=RightsStatement(licence="other"))
        assert set(row.change(draft, work.rights).changed(other)) == {"title", "rights"}


def row_of(path: Path, *lines: str, suffix: str = ".csv") -> Row:
    source = path / f"works{suffix}"
    source.write_text("\n".join(lines))
    (row,) = read_rows(source, Defaults())
    return row


def test_rows_may_say_uses_and_attribution_without_being_complete(tmp_path: Path) -> None:
    row = row_of(tmp_path, "path,licence,uses,attribution", 'a.png,CC-BY-4.0,"display train",no')
    rights = row.draft(DATA).rights
    assert rights.uses == {Use.DISPLAY, Use.TRAIN}
    assert (rights.attribution, row.draft(DATA).title) == (False, "a")
    bare = row_of(tmp_path, "path,licence,uses,complete", "a.png,CC-BY-4.0,,")
    assert Use.COMMERCIAL in bare.draft(DATA).rights.uses
    whole = row_of(tmp_path, "path,licence,uses,complete", "a.png,CC-BY-4.0,,yes")
    assert (whole.draft(DATA).rights.uses, whole.draft(DATA).title) == (frozenset(), "")


def test_other_bytes_than_the_manifest_says_are_refused(tmp_path: Path) -> None:
    row = row_of(tmp_path, "path,sha256", f"a.png,{hashlib.sha256(DATA).hexdigest().upper()}")
    assert row.draft(DATA).data == DATA
    with pytest.raises(InputError, match="other bytes"):
        row.draft(DATA + b"!")


def test_a_withdrawn_work_is_not_registered_again(tmp_path: Path) -> None:
    assert row_of(tmp_path, "path,state", "a.png,WITHDRAWN").withdrawn
    assert not row_of(tmp_path, "path,state", "a.png,REGISTERED").withdrawn


@pytest.mark.parametrize(
    ("column", "value"), [("uses", "hang"), ("attribution", "perhaps"), ("territories", "Austria")]
)
def test_what_cannot_be_used_is_said(tmp_path: Path, column: str, value: str) -> None:
    for complete in ("", "true"):
        row = row_of(tmp_path, f"path,{column},complete", f"a.png,{value},{complete}")
        with pytest.raises(InputError, match=value):
            row.draft(DATA)


def test_bad_files_are_refused_before_anything_is_registered(tmp_path: Path) -> None:
    lines = {
        "unknown.csv": "path,price\na.png,1",
        "pathless.csv": "path,title\n,x",
        "perhaps.csv": "path,complete\na.png,perhaps",
        "array.jsonl": '{"path": "a.png"}\n[1]',
        "broken.jsonl": '{"path": "a.png"}\n{',
        "long.jsonl": json.dumps({"path": "a" * MAX_LINE_CHARACTERS}),
        "deep.jsonl": "[" * 100_000,
        "other.txt": "a.png",
    }
    for name, text in lines.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InputError):
            count_rows(path, Defaults())
    with pytest.raises(InputError):
        require_format(tmp_path / "works.xlsx")
