"""Style from upload to verdict, with a tiny descriptor of random weights."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image
from tests.unit.app.house import picture
from tests.unit.fingerprint.style_weights import style_uri

from raisonne.app.check import CheckTerms
from raisonne.app.explanation import explanations
from raisonne.app.works import WorkDraft
from raisonne.fingerprint.extract import Extractor
from raisonne.matching.style import LEAST_WORKS
from raisonne.rights.match import DetectorState, Mechanism
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome, Severity, Verdict
from raisonne.runtime.diagnosis import CheckState, diagnose
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs the models extra")

RESERVED = RightsStatement(reservations=frozenset({ReservationKind.STYLE}))


def garish(seed: int) -> bytes:
    """Fine dots of pure colours, as no other work here has; another picture for each seed."""
    chance = np.random.default_rng(seed)
    dots = chance.choice([0, 255], (64, 64, 3)).astype(np.uint8)
    dots[:, :, 1] = 0
    coarse = np.asarray(Image.open(io.BytesIO(picture(seed))).resize((64, 64)))
    out = io.BytesIO()
    Image.fromarray(np.where(coarse > 128, dots, 255 - dots)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    """A registry with one garish work, whose style is reserved; some works are older than style."""
    home, weights = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("weights")
    with open_service(Settings(home=home, style=style_uri(weights))) as service:
        before = replace(service.works, extractor=Extractor(service.embedder))
        for seed in range(LEAST_WORKS):
            works = before if seed % 3 == 0 else service.works
            works.register(service.principal, WorkDraft(picture(seed)))
        draft = WorkDraft(garish(900), title="Dots", holder="Ada", rights=RESERVED)
        yield service, service.works.register(service.principal, draft).work.name


def check(service: Service, data: bytes, use: Use) -> Verdict:
    return service.check.picture(service.principal, data, CheckTerms(use=use)).verdict


def test_style_from_registration_to_verdict(styled: tuple[Service, str]) -> None:
    service, work = styled
    # Too few works have a style descriptor yet; that is told and asks nobody.
    early = check(service, garish(901), Use.GENERATE_SIMILAR)
    run = next(run for run in early.inputs.detectors if run.name == "style")
    assert (run.state, early.outcome) == (DetectorState.SKIPPED, Outcome.ALLOW)
    assert run.reason.startswith("21 works")
    warned = next(each for each in diagnose(service).checks if each.name == "works")
    assert (warned.state, warned.detail[:8]) == (CheckState.WARN, "10 of 31")

    added = [each.algorithms for each in service.refresh(service.principal) if each.algorithms]
    style = service.refresh.extractor.style
    assert style is not None
    assert added == [(style.algorithm,)] * 10
    assert style.algorithm in diagnose(service).embedders.values()

    judged = check(service, garish(901), Use.GENERATE_SIMILAR)
    (match,) = judged.inputs.matches
    assert (match.work, match.mechanism, match.score) == (work, Mechanism.STYLE, 0.0)
    assert match.similarity >= match.threshold
    (finding,) = judged.findings
    assert (judged.outcome, finding.severity) == (Outcome.REVIEW, Severity.REVIEW)
    assert (finding.reason, finding.works) == ("STYLE_RESERVED", (work,))
    told = explanations(match, "Dots")
    assert "style alone is no copy" in told["en"]
    assert "仅凭风格不能认定为复制" in told["zh"]

    shown = check(service, garish(901), Use.DISPLAY)
    assert (shown.outcome, shown.findings) == (Outcome.ALLOW, ())
    assert [match.mechanism for match in shown.inputs.matches] == [Mechanism.STYLE]


def test_a_stranger_has_no_registered_style(styled: tuple[Service, str]) -> None:
    service, _ = styled
    list(service.refresh(service.principal))
    judged = check(service, picture(999), Use.GENERATE_SIMILAR)
    assert judged.outcome is Outcome.ALLOW
    assert Mechanism.STYLE not in {match.mechanism for match in judged.inputs.matches}


def test_where_style_is_off_nothing_is_said_of_it(service: Service) -> None:
    judged = check(service, picture(998), Use.DISPLAY)
    assert "style" not in {run.name for run in judged.inputs.detectors}
    assert not any("style" in name for name in diagnose(service).embedders)
