from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evaluation.folders import folder_of
from tests.unit.evaluation.observations import drawn

from raisonne.evaluation.calibration_bench import CalibrationBench
from raisonne.evaluation.pictures import read_pictures
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.rights.errors import InputError


def bench_of(folder: Path, count: int, *, seed: int = 1, limit: float = 1.0) -> CalibrationBench:
    pictures = read_pictures(folder, folder_of(folder, count, 64, 48))
    return CalibrationBench(pictures, GistEmbedder(), seed, limit)


def test_one_half_is_fitted_to_and_the_other_asked_afresh(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, 6)
    assert len(bench.steps) == 12
    for step in bench.steps:
        step()
    fitted, fresh = (
        {each.picture for together in half.observations for each in together}
        for half in (bench.fitted, bench.fresh)
    )
    assert len(fitted) == len(fresh) == 3
    assert not fitted & fresh
    with pytest.raises(InputError, match="3 pictures say too little"):
        bench.figures(None)
    bench.fitted.observations[:] = drawn(150)
    bench.fresh.observations[:] = drawn(150, seed=2)
    figures = bench.figures(9000)
    assert figures["calibration"]["rules"]["works"] == 9000
    assert figures["fresh"]["queries"] == 450


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are 3"):
        bench_of(tmp_path, 6, limit=0.5)
