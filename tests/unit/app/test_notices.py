"""Notices come in, are told what they lack, and open cases that carry evidence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select
from tests.unit.app.house import held, picture
from tests.unit.app.notices import WORDS, notify, registered, released, reviewer, take_down

from raisonne.app.check import CheckTerms
from raisonne.app.notices import MAX_TARGETS, Filing
from raisonne.app.works import WorkDraft
from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.errors import (
    AccessError,
    ConflictError,
    InputError,
    KeyUnavailableError,
    NotFoundError,
)
from raisonne.rights.generation import GenerationState
from raisonne.rights.notice import NoticeBasis, NoticeEvent, NoticeState, NoticeWords, Regime
from raisonne.rights.principal import Principal, Role
from raisonne.rights.verdict import Subject
from raisonne.rights.work import WorkState
from raisonne.runtime.wiring import Service
from raisonne.storage.tables import METADATA

pytestmark = pytest.mark.engines


def test_a_complete_notice_opens_a_case_with_evidence_on_each_target(service: Service) -> None:
    generation, _ = released(service, 9_000)
    work, _ = registered(service, 9_001)
    file = notify(service, generation.name, generation.asset, work.asset, work.name)
    assert file.notice.state is NoticeState.COMPLETE
    assert file.notice.targets == (generation.name, work.name)
    assert not any(file.notice.missing.values())
    on_artwork, on_work = file.cases
    assert (on_artwork.generation, on_artwork.work) == (generation.name, "")
    assert (on_work.generation, on_work.work) == ("", work.name)
    for case in file.cases:
        assert (case.kind, case.notice) == (CaseKind.NOTICE, file.notice.name)
        assert case.state is CaseState.OPEN
        assert service.review.get(reviewer(service), case.name).case == case
    seen = service.review.get(service.principal, on_artwork.name).verdict
    assert seen is not None
    assert seen.inputs.subject is Subject.OUTPUT
    asset, _ = service.artworks.download(service.principal, generation.asset)
    assert seen.inputs.sha256 == asset.sha256
    assert service.notices.get(reviewer(service), file.notice.name) == file
    _, shown = service.review.picture(reviewer(service), on_work.name)
    assert shown == picture(9_001)


@pytest.mark.parametrize(
    ("words", "basis", "state", "dsa", "dmca"),
    [
        (WORDS, NoticeBasis.COPYRIGHT, NoticeState.COMPLETE, (), ()),
        (NoticeWords(), NoticeBasis.TRADEMARK, NoticeState.INCOMPLETE,
         ("explanation", "name", "email", "good_faith"), None),
        (replace(WORDS, signature="", accuracy=False), NoticeBasis.COPYRIGHT,
         NoticeState.COMPLETE, (), ("signature", "accuracy")),
        (replace(WORDS, explanation=" "), NoticeBasis.COPYRIGHT, NoticeState.COMPLETE,
         ("explanation",), ()),
        (replace(WORDS, email="nowhere", good_faith=False), NoticeBasis.COPYRIGHT,
         NoticeState.INCOMPLETE, ("email", "good_faith"), ("email", "good_faith")),
    ],
)  # fmt: skip
def test_a_notice_says_what_each_regime_misses(
    service: Service,
    words: NoticeWords,
    basis: NoticeBasis,
    state: NoticeState,
    dsa: tuple[str, ...],
    dmca: tuple[str, ...] | None,
) -> None:
    work, _ = registered(service, 9_010)
    file = notify(service, work.name, words=words, basis=basis)
    assert file.notice.state is state
    assert file.notice.missing[Regime.DSA] == dsa
    assert file.notice.missing.get(Regime.DMCA) == dmca
    assert bool(file.cases) is (state is NoticeState.COMPLETE)
    assert service.notices.get(service.principal, file.notice.name) == file


def test_a_notice_against_nothing_is_incomplete(service: Service) -> None:
    file = notify(service)
    assert file.notice.state is NoticeState.INCOMPLETE
    assert file.notice.missing[Regime.DSA] == ("targets",)
    assert file.cases == ()


def test_what_cannot_be_judged_is_said_and_not_made_up(service: Service) -> None:
    generation, _ = released(service, 9_020)
    with service.transactions.read() as transaction:
        blob = transaction.assets.blob(service.principal.tenant, generation.asset)
    assert blob is not None
    (service.settings.blob_root / blob.location).unlink()
    (case,) = notify(service, generation.name).cases
    assert case.verdict == ""
    assert "missing" in case.unjudged
    file = service.review.get(reviewer(service), case.name)
    assert file.verdict is None
    service.review.decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    recalled = service.artworks.get(service.principal, generation.name)
    assert recalled.state is GenerationState.RECALLED


def test_what_people_wrote_is_sealed_and_not_in_the_ledger(service: Service) -> None:
    file = notify(service, registered(service, 9_030)[0].name)
    service.ledger.integrate()
    service.index.compact(service.principal.tenant)
    entries = [entry.data for entry in service.ledger.entries()]
    (received,) = [
        event
        for event in map(json.loads, entries)
        if event["object"] == file.notice.name and event["action"] == "notice:received"
    ]
    assert received["details"]["words_sha256"] == file.notice.sha256
    assert received["details"]["cases"] == file.cases[0].name
    stored = b"".join(
        path.read_bytes() for path in service.settings.home.rglob("*") if path.is_file()
    ) + _rows(service)
    personal = ("Rosalind", "kestenbaum.example", "R. Kestenbaum", "Zitronenfalter", "gelbe Falter")
    for word in personal:
        assert word.encode() not in b"".join(entries)
        assert word.encode() not in stored
    assert file.notice.name.encode() in stored


def test_sealed_words_are_bound_to_their_notice(service: Service) -> None:
    file = notify(service, registered(service, 9_031)[0].name)
    with service.transactions.write() as transaction:
        payload = transaction.notices.payload(service.principal.tenant, file.notice.name)
        assert payload is not None
        swapped = replace(file.notice, name="notices/swapped")
        transaction.notices.add(swapped, payload)
    with pytest.raises(KeyUnavailableError):
        service.notices.get(service.principal, "notices/swapped")


def test_bad_targets_are_refused_and_nothing_is_kept(service: Service) -> None:
    waiting = held(service, 9_040).generation
    before = service.notices.list(service.principal, limit=10_000)
    cases: list[tuple[tuple[str, ...], type[Exception]]] = [
        (("generations/none",), NotFoundError),
        (("works/none",), NotFoundError),
        (("assets/none",), NotFoundError),
        ((waiting.name,), NotFoundError),
        ((waiting.asset,), NotFoundError),
        (("works/x",) * (MAX_TARGETS + 1), InputError),
    ]
    for targets, error in cases:
        with pytest.raises(error):
            notify(service, *targets)
    with pytest.raises(NotFoundError):
        notify(service, registered(service, 9_041)[0].name, work="works/none")
    with pytest.raises(InputError) as long:
        notify(service, words=replace(WORDS, name="x" * 1_001))
    assert long.value.metadata["field"] == "name"
    with pytest.raises(InputError):
        notify(service, territory="Austria")
    assert service.notices.list(service.principal, limit=10_000) == before


def test_a_work_that_is_taken_down_matches_nothing_any_more(service: Service) -> None:
    work, data = registered(service, 9_050)
    matched = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert work.name in {match.work for match in matched.inputs.matches}
    case = take_down(service, work.name)
    assert service.works.get(service.principal, work.name).state is WorkState.WITHDRAWN
    after = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert work.name not in {match.work for match in after.inputs.matches}
    with pytest.raises(ConflictError):
        notify(service, work.name)
    history = service.work_changes.history(service.principal, work.name)
    assert case.name in history[-1].note
    anew = service.works.register(service.principal, WorkDraft(data))
    assert anew.created


def test_a_notice_that_is_unfounded_leaves_everything(service: Service) -> None:
    generation, _ = released(service, 9_060)
    work, _ = registered(service, 9_061)
    for case in notify(service, generation.name, work.name).cases:
        service.review.decide(reviewer(service), case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")
    assert service.works.get(service.principal, work.name).state is WorkState.REGISTERED
    kept = service.artworks.get(service.principal, generation.name)
    assert kept == generation


def test_of_two_notices_on_one_artwork_the_second_ruling_changes_nothing(service: Service) -> None:
    generation, _ = released(service, 9_070)
    (first,), (second,), (third,) = (notify(service, generation.name).cases for _ in range(3))
    for case, ruling in ((first, Ruling.REFUSE), (second, Ruling.REFUSE), (third, Ruling.CLEAR)):
        service.review.decide(reviewer(service), case.name, ruling, "OTHER", "Seen.")
        recalled = service.artworks.get(service.principal, generation.name)
        assert recalled.state is GenerationState.RECALLED


def test_notifiers_take_back_and_go_to_court_once(service: Service) -> None:
    notice = notify(service).notice
    sued = service.notices.declare(reviewer(service), notice.name, NoticeEvent.COURT_ACTION)
    assert sued.court_action_time is not None
    back = service.notices.declare(reviewer(service), notice.name, NoticeEvent.RETRACTED)
    assert (back.state, back.court_action_time) == (NoticeState.RETRACTED, sued.court_action_time)
    for again in NoticeEvent:
        with pytest.raises(ConflictError):
            service.notices.declare(reviewer(service), notice.name, again)
    listed = service.notices.list(service.principal, limit=10_000, state=NoticeState.RETRACTED)
    assert back in listed
    with pytest.raises(NotFoundError):
        service.notices.declare(reviewer(service), "notices/none", NoticeEvent.RETRACTED)


def test_who_files_does_not_read_what_others_wrote(service: Service) -> None:
    notice = notify(service).notice
    gallery = Principal("gil", service.settings.tenant, frozenset({Role.GALLERY}))
    service.notices.file(gallery, Filing(WORDS))
    auditor = Principal("ada", service.settings.tenant, frozenset({Role.AUDITOR}))
    stranger = reviewer(service)
    stranger = replace(stranger, tenant="elsewhere")
    for denied in (
        lambda: service.notices.file(auditor, Filing(WORDS)),
        lambda: service.notices.get(gallery, notice.name),
        lambda: service.notices.list(gallery, limit=1),
        lambda: service.notices.declare(gallery, notice.name, NoticeEvent.RETRACTED),
    ):
        with pytest.raises(AccessError):
            denied()
    with pytest.raises(NotFoundError):
        service.notices.get(stranger, notice.name)


def _rows(service: Service) -> bytes:
    """Everything in the tables, wherever they are; sealed columns are bytes as they are stored."""
    engine = create_engine(service.settings.database_url)
    with engine.connect() as connection:
        rows = [connection.execute(select(table)).all() for table in METADATA.sorted_tables]
    engine.dispose()
    return repr(rows).encode()
