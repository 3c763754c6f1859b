"""Each benchmark of the index at a tiny size: its figures, not how good they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from raisonne.evaluation.index_bench.growth import bench_growth
from raisonne.evaluation.index_bench.hashes import bench_hashes
from raisonne.evaluation.index_bench.lines import Bar, Line, tables
from raisonne.evaluation.index_bench.points import bench_points
from raisonne.evaluation.index_bench.points_made import prepare
from raisonne.evaluation.index_bench.steps import run_step
from raisonne.evaluation.index_bench.vectors import bench_vectors
from raisonne.rights.errors import InputError, RaisonneError, Reason


def positive(lines: Iterable[Line], *names: str) -> None:
    for line in lines:
        for name in names:
            value = line.figures[name]
            assert isinstance(value, int | float), name
            assert value > 0, name


def test_vectors(tmp_path: Path) -> None:
    (lines,) = bench_vectors([20_000], tmp_path, queries=4, graph_rows=0)
    parts = {part: [line for line in lines if line.part == part] for part in _parts(lines)}
    assert list(parts) == ["segment", "as built", "bare indexes", "rates", "within thresholds"]
    assert all(line.figures["rows"] == 20_000 for line in lines)
    (held,) = parts["segment"]
    positive([held], "build_s", "open_and_first_answer_ms", "mapped_mb", "lists")
    assert held.figures["vectors_mb"] == 20.48
    assert 20.48 < float(held.figures["disk_mb"] or 0) < 30
    assert [line.figures["live_percent"] for line in parts["as built"]] == [100, 50, 10, 1]
    assert [line.figures["index"] for line in parts["bare indexes"]] == [
        "IndexRefine",
        "IndexIVFFlat",
    ]
    rates = parts["rates"]
    assert len(rates) == 2 * 4 * 2
    positive(rates, "queries_per_s", "bare_queries_per_s", "ratio")
    for line in [*rates, *parts["as built"]]:
        assert 0.8 <= float(line.figures["recall"] or 0) <= 1
    # So few rows are promised nothing.
    assert not any(line.bars for line in lines)
    assert [line.figures["threshold"] for line in parts["within thresholds"]] == [
        0.9,
        0.8,
        0.7,
        0.6,
    ]


def test_hashes(tmp_path: Path) -> None:
    (lines,) = bench_hashes([3000], tmp_path, tables_from=2000)
    figures = {str(line.figures["figure"]): line for line in lines}
    for radius in (31, 65):
        for name in (f"recall_radius_{radius}", f"recall_radius_{radius}_by_hand"):
            assert figures[name].figures["segment"] == 1
    positive(lines, "segment")
    assert {name for name, line in figures.items() if line.bars} == {
        "open_s",
        "rss_mb",
        "lookups_per_s_radius_31_batch_256",
    }
    rated = [line for name, line in figures.items() if "lookups" in name or "single" in name]
    assert len(rated) == 7
    positive(rated, "binary_flat", "ratio")
    assert all(line.figures["rows"] == 3000 for line in lines)
    # There are tables, which take some times as much as the codes.
    assert float(figures["disk_mb"].figures["segment"] or 0) > 4 * 3000 * 32 / 1e6


def test_growth(tmp_path: Path) -> None:
    ((smaller, larger),) = bench_growth([20, 40], tmp_path, pictures=1, rounds=1)
    for works, line in ((20, smaller), (40, larger)):
        assert line.figures["works"] == works
        assert line.figures["found"] == 1
        positive([line], "build_s", "disk_mb", "open_ms", "clean_p50_ms", "clean_geometry_ms")
        positive(
            [line],
            "clean_p95_ms",
            "copy_p50_ms",
            "copy_ratio",
            "clean_ratio",
            "clean_fingerprints_ms",
        )
        assert not line.bars
    assert smaller.figures["clean_ratio"] == 1


def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RaisonneError, match="No such file") as caught:
        run_step("hashes", "search", tmp_path / "absent", {"rows": 1}, lambda _: None)
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    with pytest.raises(RaisonneError, match="ended with code 1"):
        run_step("unheard_of", "search", tmp_path, {}, lambda _: None)


def test_bars_stand_beside_figures_in_words_and_json() -> None:
    bars = {"ratio": Bar(0.9), "open_s": Bar(5.0, at_least=False)}
    good = Line("vectors", "rates", {"index": "flat", "ratio": 1.1239, "open_s": 5.0}, bars)
    bad = Line("vectors", "rates", {"index": "graph", "ratio": 0.8, "open_s": 6.0}, bars)
    none = Line("vectors", "rates", {"index": "none", "ratio": None, "open_s": 1234.5})
    other = Line("vectors", "one", {"queries_per_s": 1234.5, "rows": 1000000})
    assert tables([good, bad, none, other]).splitlines() == [
        "rates",
        "  index                        ratio                     open s",
        "  flat        1.12 (bar >= 0.900) ok      5.00 (bar <= 5.00) ok",
        "  graph  0.800 (bar >= 0.900) MISSED  6.00 (bar <= 5.00) MISSED",
        "  none                             -                      1,234",
        "",
        "one",
        "  queries/s      1,234",
        "  rows       1,000,000",
    ]
    assert bad.fields() == {
        "benchmark": "index vectors",
        "part": "rates",
        "index": "graph",
        "ratio": 0.8,
        "open_s": 6.0,
        "bars": {
            "ratio": {"at_least": 0.9, "met": False},
            "open_s": {"at_most": 5.0, "met": False},
        },
    }


def _parts(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.part for line in lines))


def test_points(tmp_path: Path) -> None:
    ((segment, memory),) = bench_points([100], tmp_path, drawn=3, queries=1)
    assert (segment.figures["index"], memory.figures["index"]) == ("segment", "memory")
    for line in (segment, memory):
        assert line.figures["works"] == 100
        assert line.figures["recall"] == line.figures["clean_ratio"] == 1
        positive([line], "build_s", "rss_mb", "copy_p50_ms", "copy_p95_ms", "clean_p95_ms")
    # 300 points of 40 bytes, and the packed features, which are about as large.
    assert 24_000 < float(segment.figures["bytes_per_work"] or 0) < 40_000


def test_more_pictures_are_needed_than_are_asked_for(tmp_path: Path) -> None:
    options = {"pictures": [], "drawn": 2, "queries": 2}
    with pytest.raises(InputError, match="More than 2 pictures are needed; there are 2"):
        prepare(tmp_path, options, lambda _: None)
