from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.app.check import CheckTerms
from raisonne.fingerprint.local import ALGORITHM, REGISTERED_POINTS
from raisonne.fingerprint.vocabulary import unpack
from raisonne.rights.verdict import Outcome
from raisonne.runtime.settings import Settings
from raisonne.runtime.synthetic_works import fill
from raisonne.runtime.wiring import open_service


def test_synthetic_works_are_searched_like_real_ones_and_are_like_nothing(tmp_path: Path) -> None:
    picture = encoded(painting(1, 400, 300))
    with open_service(Settings(home=tmp_path / "home")) as service:
        fill(service, 40, picture)
        tenant = service.principal.tenant
        state = service.index.state(tenant)["entries"]
        assert set(state.values()) == {40}
        assert len(state) == 5
        assert service.index.verify(tenant) == []
        with service.index.read(tenant) as view:
            kept = view.contents()[ALGORITHM]
        features = [unpack(value) for value in kept.values()]
        assert {len(work.points) for work in features} == {REGISTERED_POINTS}
        codes = np.concatenate([work.codes for work in features])
        assert len(np.unique(codes, axis=0)) > 0.999 * len(codes)
        assert len(np.unique(np.concatenate([work.words for work in features]))) > 3000
        verdict = service.check.picture(service.principal, picture, CheckTerms()).verdict
        assert (verdict.outcome, verdict.inputs.matches) == (Outcome.ALLOW, ())


def test_filling_nothing_leaves_nothing(tmp_path: Path) -> None:
    with open_service(Settings(home=tmp_path / "home")) as service:
        fill(service, 0, b"")
        assert service.index.state(service.principal.tenant)["entries"] == {}
