"""Fields that the law asks for, business days, and statements of reasons."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.match import Match, Mechanism
from raisonne.rights.notice import (
    CounterNotice,
    CounterWords,
    Notice,
    NoticeBasis,
    NoticeState,
    NoticeWords,
    Regime,
    add_business_days,
    is_complete,
    missing_counter_fields,
    missing_fields,
    restore_window,
)
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.statement_of_reasons import (
    Restriction,
    complaint_until,
    statement_of_reasons,
    statement_text,
)
from raisonne.rights.verdict import (
    Finding,
    Judgement,
    Outcome,
    Severity,
    Subject,
    Verdict,
    WorkRights,
)
from raisonne.rights.work import WorkState

FULL = NoticeWords(
    explanation="x",
    location="x",
    work_description="x",
    name="x",
    email="a@b",
    signature="x",
    good_faith=True,
    accuracy=True,
    authority=True,
)
WHEN = datetime(2026, 8, 31, 12, 0, tzinfo=UTC)  # a Monday
times = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("field", "dsa", "dmca"),
    [
        ("explanation", True, False),
        ("location", False, False),  # The targets say where.
        ("work_description", False, True),
        ("work_url", False, False),
        ("holder", False, False),
        ("name", True, True),
        ("email", True, True),
        ("signature", False, True),
        ("good_faith", True, True),
        ("accuracy", False, True),
        ("authority", False, True),
    ],
)
def test_each_field_is_asked_by_its_regimes(field: str, dsa: bool, dmca: bool) -> None:
    empty = replace(FULL, **{field: getattr(NoticeWords(), field)})
    missing = missing_fields(empty, NoticeBasis.COPYRIGHT, ("works/x",), "")
    named = "work" if field == "work_description" else field
    assert missing[Regime.DSA] == ((named,) if dsa else ())
    assert missing[Regime.DMCA] == ((named,) if dmca else ())
    assert is_complete(missing) is not (dsa and dmca)


def test_every_field_is_in_the_table() -> None:
    assert len(fields(NoticeWords)) == 11


@pytest.mark.parametrize("basis", [basis for basis in NoticeBasis if basis != "COPYRIGHT"])
def test_the_dmca_speaks_of_copyright_alone(basis: NoticeBasis) -> None:
    assert set(missing_fields(FULL, basis, ("works/x",), "")) == {Regime.DSA}


def test_a_registered_work_needs_no_description() -> None:
    words = replace(FULL, work_description="")
    assert missing_fields(words, NoticeBasis.COPYRIGHT, ("works/x",), "works/y")[Regime.DMCA] == ()


def test_a_counter_notice_needs_all_but_the_explanation() -> None:
    assert missing_counter_fields(CounterWords()) == tuple(
        field.name for field in fields(CounterWords) if field.name != "explanation"
    )


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (WHEN, 0, WHEN),
        (WHEN, 1, WHEN + timedelta(days=1)),
        (WHEN, 5, WHEN + timedelta(days=7)),
        (WHEN, 10, WHEN + timedelta(days=14)),
        (WHEN, 14, WHEN + timedelta(days=18)),
        (WHEN + timedelta(days=4), 1, WHEN + timedelta(days=7)),  # Friday to Monday
        (WHEN + timedelta(days=5), 1, WHEN + timedelta(days=7)),  # Saturday
        (WHEN + timedelta(days=6), 10, WHEN + timedelta(days=18)),  # Sunday
    ],
)
def test_business_days_by_hand(start: datetime, days: int, end: datetime) -> None:
    assert add_business_days(start, days) == end


@given(times, st.integers(1, 60))
def test_so_many_weekdays_lie_between(start: datetime, days: int) -> None:
    end = add_business_days(start, days)
    passed = (start + timedelta(days=each) for each in range(1, (end - start).days + 1))
    assert sum(day.weekday() < 5 for day in passed) == days
    assert end.weekday() < 5
    assert end.timetz() == start.timetz()


@given(times)
def test_the_window_is_ten_to_fourteen_business_days(start: datetime) -> None:
    since, until = restore_window(start)
    assert add_business_days(since, 4) == until
    assert timedelta(days=12) <= since - start <= timedelta(days=14)


@pytest.mark.parametrize(
    ("decided", "until"),
    [
        (WHEN, datetime(2027, 2, 28, 12, 0, tzinfo=UTC)),
        (datetime(2027, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC)),
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_complaints_have_six_months(decided: datetime, until: datetime) -> None:
    assert complaint_until(decided) == until


@given(times)
def test_six_months_are_no_less_than_181_days(decided: datetime) -> None:
    assert timedelta(days=181) <= complaint_until(decided) - decided <= timedelta(days=184)


# --- Statements of reasons ------------------------------------------------------------------


def verdict() -> Verdict:
    match = Match("works/w", "assets/w", Mechanism.GEOMETRY, "orb-v1", 0.9, 0.5, 0.987)
    rights = RightsStatement()
    work = WorkRights("works/w", "t", "Der Kuß", "Ö.", WorkState.REGISTERED, 1, rights)
    inputs = Judgement(
        subject=Subject.OUTPUT,
        sha256="0" * 64,
        tenant="t",
        use=Use.GENERATE_SIMILAR,
        territory="*",
        at=WHEN,
        matches=(match,),
        works=(work,),
        detectors=(),
        term_hits=(),
        index_revision=7,
    )
    blocks = Finding("NOT_GRANTED", Severity.BLOCK, "rights.x", "UrhG § 15", ("works/w",), "No.")
    notes = Finding("INFO", Severity.INFO, "screening.x")
    return Verdict("verdicts/v", Outcome.BLOCK, (blocks, notes), (), "f" * 64, inputs)


def case(**changes: object) -> Case:
    decision = Decision(
        "cases/c", "verdicts/v", Ruling.REFUSE, "NOTICE_UPHELD", "Seen.", "rita", WHEN
    )
    made = Case(
        "cases/c", "t", "verdicts/v", "generations/g", CaseState.DECIDED, decision, WHEN,
        CaseKind.NOTICE, "notices/n",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type] # by name


NOTICE = Notice(
    "notices/n", "t", NoticeState.COMPLETE, NoticeBasis.COPYRIGHT, "AT", ("generations/g",), "",
    {}, "0" * 64, WHEN, "gallery-clerk",
)  # fmt: skip


def test_a_statement_says_all_that_article_17_asks() -> None:
    made = statement_of_reasons(case(), verdict(), NOTICE, None, recalled=True)
    assert made.restriction is Restriction.RECALLED
    assert (made.territory, made.start_time, made.end_time) == ("*", WHEN, None)
    assert [ground.reason for ground in made.grounds] == ["COPYRIGHT", "NOT_GRANTED"]
    assert made.grounds[1].cites == "UrhG § 15"
    assert any("Der Kuß" in fact and "0.987" in fact for fact in made.facts)
    assert made.automated_detection
    text = statement_text(made)
    for needed in (
        *("recalled", "everywhere", "with no end set", "A notice led to it (notices/n)"),
        *("UrhG § 15", "A person decided", "2027-02-28", "review appeal cases/c"),
        *("512(g)(3)", "Article 21", "court", "Seen."),
    ):
        assert needed in text
    # Who sent the notice, who entered it and who decided is nobody's business here.
    assert "gallery-clerk" not in text
    assert "rita" not in text


def test_a_statement_without_a_verdict_or_a_notice_makes_nothing_up() -> None:
    unjudged = case(verdict="", unjudged="The file is gone.")
    made = statement_of_reasons(unjudged, None, NOTICE, None, recalled=True)
    assert not made.automated_detection
    assert made.policy_revision == ""
    assert any("The file is gone." in fact for fact in made.facts)
    own = case(notice="", kind=CaseKind.SCREENING)
    made = statement_of_reasons(own, verdict(), None, None, recalled=False)
    assert made.restriction is Restriction.NOT_RELEASED
    assert "own initiative" in statement_text(made)
    assert not any("512" in way for way in made.redress)


def test_a_statement_follows_what_became_of_the_ruling() -> None:
    since, until = restore_window(WHEN)
    counter = CounterNotice(
        "counterNotices/x", "t", "cases/c", "notices/n", "0" * 64, WHEN, since, until, "gil"
    )
    waiting = statement_of_reasons(case(), verdict(), NOTICE, counter, recalled=True)
    assert any(f"{since:%Y-%m-%d}" in way for way in waiting.redress)
    restored = case(restore_time=since, work="works/w", generation="")
    done = statement_of_reasons(restored, verdict(), NOTICE, counter, recalled=False)
    assert (done.restriction, done.end_time) == (Restriction.WITHDRAWN, since)
    appeal = case(appeals="cases/first", kind=CaseKind.APPEAL)
    final = statement_of_reasons(appeal, verdict(), NOTICE, None, recalled=True)
    assert not any("review appeal" in way for way in final.redress)


def test_only_rulings_that_restrict_content_have_reasons() -> None:
    cleared = case().decision
    assert cleared is not None
    for without in (
        case(state=CaseState.OPEN, decision=None),
        case(decision=replace(cleared, ruling=Ruling.CLEAR)),
        case(generation=""),
        case(state=CaseState.PENDING_SECOND),
    ):
        with pytest.raises(ValueError, match="restricts no content"):
            statement_of_reasons(without, verdict(), NOTICE, None, recalled=True)
