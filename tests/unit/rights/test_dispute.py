from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from raisonne.rights.dispute import DisputeState, TitleDispute, title_chain
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState, WorkVersion, version_at

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def version(revision: int, holder: str, days: int, cancelled_by: int = 0) -> WorkVersion:
    work = Work(
        name="works/1", tenant="t", title="", holder=holder, collection="", external_id="",
        source="", asset="assets/1", sha256="", state=WorkState.REGISTERED,
        rights=RightsStatement(), revision=revision, create_time=NOW, update_time=NOW,
    )  # fmt: skip
    return WorkVersion(work, NOW + days * DAY, "anna", f"{revision}", cancelled_by)


def dispute(**changes: object) -> TitleDispute:
    values = {
        "name": "disputes/1", "tenant": "t", "work": "works/1", "state": DisputeState.OPEN,
        "documents": ("documents/1",), "sha256": "", "actor": "anna", "create_time": NOW,
        "case": "cases/1",
    }  # fmt: skip
    return TitleDispute(**(values | changes))  # type: ignore[arg-type]


def test_a_chain_has_a_link_where_the_holder_changes() -> None:
    versions = [version(1, "A", 0), version(2, "A", 1), version(3, "B", 2), version(4, "C", 9, 5)]
    upheld = dispute(state=DisputeState.UPHELD, settle_time=NOW, version=3)
    first, second = title_chain(versions, [upheld])
    assert (first.holder, first.since, first.dispute) == ("A", NOW, "")
    assert (second.holder, second.version, second.dispute, second.documents) == (
        "B",
        3,
        "disputes/1",
        ("documents/1",),
    )


HOLDERS = st.sampled_from(["", "A", "B"])


@given(st.lists(st.tuples(HOLDERS, st.integers(0, 4)), min_size=1, max_size=8))
def test_at_each_time_the_chain_names_who_the_record_does(drawn: list[tuple[str, int]]) -> None:
    versions = [version(n, holder, days) for n, (holder, days) in enumerate(drawn, 1)]
    chain = title_chain(versions)
    assert all(one.holder != next_.holder for one, next_ in pairwise(chain))
    for days in range(min(day for _, day in drawn), 6):
        at = NOW + days * DAY
        holder = [link.holder for link in chain if link.since <= at][-1]
        assert holder == version_at(versions, at).work.holder
