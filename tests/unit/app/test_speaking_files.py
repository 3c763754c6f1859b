"""What a file says of itself, from its bytes to the verdict: nothing fails open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.unit.app.house import home_on, picture
from tests.unit.app.speaking_files import (
    BEGIN,
    CONDITIONS,
    DIALECTS,
    END,
    README,
    FileCell,
    damaged,
    file_cells,
    markdown,
    with_credential,
    with_xmp,
)

from raisonne.app.check import CheckTerms
from raisonne.app.embedded_signals import own_signals
from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.statements import make_statement
from raisonne.app.works import WorkDraft
from raisonne.keys.signing import ClaimSigner, claim_signer_from_uri
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.match import DetectorState
from raisonne.rights.provenance import CredentialReport, CredentialVerdict, ValidationState
from raisonne.rights.signal import Dialect, SignalState
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

CELLS = [pytest.param(cell, id=f"{cell.dialect}-{cell.condition}") for cell in file_cells()]
BUNDLE = PolicyBundle.packaged()
TRAIN = CheckTerms(use=Use.TRAIN)
NO_TRAINING = ({"label": "cawg.training-mining", "data": {"entries": {
    "cawg.ai_training": {"use": "notAllowed"}}}},)  # fmt: skip
_SEEDS = {(cell.dialect, cell.condition): 9_000 + 10 * n for n, cell in enumerate(file_cells())}


@pytest.fixture(scope="module")
def service(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Service]:
    """A home of its own: what other tests register would have its part in the verdicts."""
    with home_on(engine, tmp_path_factory.mktemp("home"), request) as opened:
        yield opened


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> ClaimSigner:
    return claim_signer_from_uri(f"devca:{tmp_path_factory.mktemp('somebody')}")


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_check_of_a_cell_comes_to(
    service: Service, cell: FileCell, signer: ClaimSigner
) -> None:
    for data in cell.files(_SEEDS[cell.dialect, cell.condition], signer):
        verdict = service.check.picture(service.principal, data, TRAIN).verdict
        heard = verdict.inputs.signals
        assert all(not signal.permitted for signal in heard)
        assert any(s.state is SignalState.UNREADABLE for s in heard) is cell.unreadable
        if not cell.unreadable:
            said = frozenset[ReservationKind]().union(*(signal.reserved for signal in heard))
            assert said == cell.reserves
        for use in Use:
            for subject in (Subject.UPLOAD, Subject.DATASET_ITEM, Subject.REFERENCE):
                asked = replace(verdict.inputs, use=use, subject=subject)
                assert judge(asked, BUNDLE, "verdicts/1").outcome is cell.expected(use), use
            released = replace(verdict.inputs, use=use, subject=Subject.OUTPUT)
            assert judge(released, BUNDLE, "verdicts/1").outcome is Outcome.ALLOW


@pytest.mark.parametrize("cell", CELLS)
def test_no_cell_fails_open(cell: FileCell) -> None:
    if cell.condition in {"denied", "constrained"} and cell.dialect is not Dialect.SPDX:
        assert cell.expected(Use.TRAIN) is Outcome.BLOCK
    if cell.condition in {"malformed", "unreadable"}:
        assert cell.expected(Use.TRAIN) is Outcome.REVIEW
    assert cell.expected(Use.DISPLAY) is Outcome.ALLOW


def test_the_table_is_whole_and_in_the_readme() -> None:
    cells = list(file_cells())
    assert {(cell.dialect, cell.condition) for cell in cells} == {
        (dialect, condition) for dialect in DIALECTS for condition in CONDITIONS
    }
    assert all(cell.xmp or cell.assertions for cell in cells)
    text = README.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip() == markdown(), (
        "run python -m tests.unit.app.speaking_files"
    )


def test_a_silent_file_says_nothing_and_it_is_recorded_that_it_was_asked(service: Service) -> None:
    verdict = service.check.picture(service.principal, picture(9_501), TRAIN).verdict
    assert (verdict.outcome, verdict.inputs.signals) == (Outcome.ALLOW, ())
    ran = {run.name: run.state for run in verdict.inputs.detectors}
    assert ran["signals-xmp"] is ran["signals-credential"] is DetectorState.EXECUTED


def test_a_format_without_credentials_is_recorded_as_not_searched(service: Service) -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture(9_502))).save(out, "BMP")
    verdict = service.check.picture(service.principal, out.getvalue(), TRAIN).verdict
    (run,) = [r for r in verdict.inputs.detectors if r.name == "signals-credential"]
    assert run.state is DetectorState.SKIPPED
    assert run.reason == "Files of type image/bmp are not searched for credentials."
    assert verdict.outcome is Outcome.ALLOW


class _Breaks:
    def read(self, data: bytes) -> CredentialReport:
        raise RuntimeError("surprise")


class _Elsewhere:
    def read(self, data: bytes) -> CredentialReport:
        return CredentialReport(CredentialVerdict.REMOTE_NOT_FETCHED, ValidationState.NONE)


class _Broken:
    def read(self, data: bytes) -> CredentialReport:
        return CredentialReport(CredentialVerdict.MALFORMED, ValidationState.INVALID)


def test_a_reader_that_breaks_is_a_detector_that_failed(service: Service) -> None:
    screener = replace(service.check.screener, credentials=_Breaks())
    check = replace(service.check, screener=screener)
    verdict = check.picture(service.principal, picture(9_503), TRAIN).verdict
    assert verdict.outcome is Outcome.REVIEW
    assert [f.clause for f in verdict.findings] == ["screening.detector-failed"]
    assert "signals-credential" in verdict.findings[0].detail


def test_a_credential_that_lies_elsewhere_is_a_reservation(service: Service) -> None:
    data = picture(9_504)
    image = service.decoder.decode(data)
    now = service.clock.now()
    (signal,) = own_signals(image, data, _Elsewhere(), now).signals
    assert (signal.state, signal.source) == (SignalState.UNREADABLE, "content credential")
    # A damaged file without any trace of a credential says nothing.
    assert own_signals(image, data, _Broken(), now).signals == ()
    (signal,) = own_signals(image, data + b"c2pa", _Broken(), now).signals
    assert signal.state is SignalState.UNREADABLE


def test_a_damaged_credential_is_a_reservation_when_it_is_registered(
    service: Service, signer: ClaimSigner
) -> None:
    data = damaged(with_credential(9_505, NO_TRAINING, signer))
    draft = WorkDraft(data, rights=make_statement(licence="CC0-1.0"))
    work = service.works.register(service.principal, draft).work
    assert ReservationKind.AI_TRAINING in work.rights.reservations


def test_findings_tell_who_says_what_and_where(service: Service, signer: ClaimSigner) -> None:
    data = with_credential(9_506, NO_TRAINING, signer)
    verdict = service.check.picture(service.principal, data, TRAIN).verdict
    (finding,) = verdict.findings
    (signal,) = verdict.inputs.signals
    assert (finding.reason, finding.works) == ("OPT_OUT_IN_FILE", ())
    assert "Directive (EU) 2019/790 Art. 4(3)" in finding.cites
    assert f"cawg.training-mining, SHA-256 {signal.sha256}" in finding.detail
    stored = service.check.get_verdict(service.principal, verdict.name)
    assert stored == verdict
    assert service.replay_verdict(service.principal, verdict.name).same


def test_a_licence_of_the_registered_work_does_not_lift_what_its_file_says(
    service: Service,
) -> None:
    packet = (
        b'<a xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        b'plus:DataMining="DMI-PROHIBITED-AIMLTRAINING"/>'
    )
    data = with_xmp(9_507, packet)
    draft = WorkDraft(data, rights=make_statement(licence="CC0-1.0"))
    service.works.register(service.principal, draft)
    verdict = service.check.picture(service.principal, data, TRAIN).verdict
    assert {f.reason for f in verdict.findings} == {"OPT_OUT_TRAINING", "OPT_OUT_IN_FILE"}
    shown = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert shown.outcome is Outcome.ALLOW


def test_a_recorded_licence_lifts_from_the_very_file_what_it_releases(service: Service) -> None:
    packet = (
        b'<a xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        b'plus:DataMining="DMI-PROHIBITED-AIMLTRAINING"/>'
    )
    data = with_xmp(9_509, packet)
    work = service.works.register(service.principal, WorkDraft(data)).work
    terms = replace(TRAIN, territory="DE")
    draft = LicenceDraft(
        "LicenseRef-Models",
        frozenset({Use.TRAIN}),
        territories=frozenset({"DE"}),
        releases=frozenset({ReservationKind.AI_TRAINING}),
    )
    service.licences.record(service.principal, [work.name], draft)
    assert service.check.picture(service.principal, data, terms).verdict.outcome is Outcome.ALLOW
    # Where the licence does not permit, or of a copy that is not the file itself, it says so still.
    for other, asked in ((data, TRAIN), (with_xmp(9_510, packet), terms)):
        verdict = service.check.picture(service.principal, other, asked).verdict
        assert "OPT_OUT_IN_FILE" in {finding.reason for finding in verdict.findings}


def test_what_is_generated_here_is_released_and_still_reserved_against_others(
    service: Service,
) -> None:
    made = service.generate(service.principal, GenerationRequest("waves", 128, 128, 9_508))
    assert made.data is not None
    assert made.verdict.outcome is Outcome.ALLOW
    verdict = service.check.picture(service.principal, made.data, TRAIN).verdict
    assert "OPT_OUT_IN_FILE" in {finding.reason for finding in verdict.findings}
    again = replace(verdict.inputs, subject=Subject.OUTPUT, use=Use.GENERATE_SIMILAR)
    reasons = {finding.reason for finding in judge(again, BUNDLE, "verdicts/1").findings}
    assert "OPT_OUT_IN_FILE" not in reasons
