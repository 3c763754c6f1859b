from __future__ import annotations

import re
import sys

import pytest

from raisonne.app.index_upkeep import Compacted, Verification
from raisonne.cli.index_render import (
    compacted_words,
    counted,
    metrics,
    size_words,
    statistics_words,
    verification_words,
)
from raisonne.index.ports import Erasure
from raisonne.index.statistics import IndexStatistics, SpaceStatistics

SPACES = (
    SpaceStatistics("pdq-256-v1", "perceptual", 1_300_000, 1_204, 12_345, 3, 45_600_000),
    SpaceStatistics("rootsift-v1", "local", 12, 12, 0, 0, 0),
)
FOUND = IndexStatistics("default", 2_700_345, 0, 2_700_000, 7, SPACES)
EMPTY = IndexStatistics("default", 0, 0, 0, 0, ())
SAMPLE = re.compile(r'(raisonne_index_\w+)\{tenant="default"(?:,algorithm="([^"]+)")?\} (\S+)')


def test_figures_are_a_table_whose_columns_are_aligned() -> None:
    assert statistics_words(FOUND, sys.maxsize).splitlines() == [
        "tenant default: revision 2,700,345, files as of 2,700,000",
        "algorithm    kind             rows  in memory  masked  files     size",
        "pdq-256-v1   perceptual  1,300,000      1,204    0.9%      3  45.6 MB",
        "rootsift-v1  local              12         12    0.0%      0      0 B",
        "all                      1,300,012      1,216    0.9%      3  45.6 MB",
    ]


def test_a_terminal_that_is_too_narrow_gets_blocks() -> None:
    assert "algorithm    kind" in statistics_words(FOUND, 69)
    words = statistics_words(FOUND, 68)
    assert "algorithm" not in words
    assert "rootsift-v1\n  kind       local\n  rows       12\n  in memory  12\n" in words
    assert "all\n  rows       1,300,012\n" in words


def test_an_empty_index_says_so() -> None:
    assert statistics_words(EMPTY, 80) == (
        "tenant default: revision 0, files as of 0; no fingerprint was ever registered"
    )


def test_metrics_are_what_prometheus_reads() -> None:
    *lines, end = metrics(FOUND).splitlines()
    assert end == "# EOF"
    samples = [SAMPLE.fullmatch(each) for each in lines if not each.startswith("#")]
    assert None not in samples
    values = {(found[1], found[2]): float(found[3]) for found in samples if found}
    assert len(values) == len(samples) == 3 + 2 * 5
    assert values["raisonne_index_revision", None] == 2_700_345
    assert values["raisonne_index_behind_changes", None] == 0
    assert values["raisonne_index_unsealed_changes", None] == 345
    assert values["raisonne_index_rows", "pdq-256-v1"] == 1_300_000
    assert values["raisonne_index_delta_rows", "pdq-256-v1"] == 1_204
    assert values["raisonne_index_masked_share", "pdq-256-v1"] == pytest.approx(0.00942, abs=1e-5)
    assert values["raisonne_index_segments", "pdq-256-v1"] == 3
    assert values["raisonne_index_bytes", "rootsift-v1"] == 0
    names = [name for name, _ in values]
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == list(
        dict.fromkeys(names)
    )
    for name in names:
        assert f"# TYPE {name} gauge" in lines


def test_what_stands_in_labels_is_escaped() -> None:
    odd = SpaceStatistics('a"\\\n', "exact", 1, 1, 0, 0, 0)
    text = metrics(IndexStatistics("t", 1, 0, 0, 0, (odd,)))
    assert 'raisonne_index_rows{tenant="t",algorithm="a\\"\\\\\\n"} 1\n' in text


def test_a_verification_is_told_in_one_line() -> None:
    looked = "1,300,012 rows and 3 files (45.6 MB) at revision 2,700,345"
    assert verification_words(Verification(FOUND, (), ())) == f"equal: {looked}"
    assert (
        verification_words(Verification(FOUND, ("a", "b"), ()))
        == f"equal now, after 2 repairs: {looked}"
    )
    assert (
        verification_words(Verification(FOUND, ("a",), ("b",)))
        == f"NOT EQUAL: 1 difference in {looked}"
    )


def test_a_receipt_names_what_is_pending() -> None:
    words = compacted_words(Compacted(FOUND, FOUND, Erasure(12, "The log holds them.")))
    assert words.splitlines()[-3:] == [
        "erased   12 values in the catalogue",
        "         0 pictures of withdrawn works",
        "pending  The log holds them.",
    ]
    assert compacted_words(Compacted(EMPTY, EMPTY, Erasure(1, ""), 1)).splitlines()[-3:] == [
        "erased   1 value in the catalogue",
        "         1 picture of withdrawn works",
        "pending  nothing",
    ]


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (5_300_000, "5.3 MB"), (10**16, "10000.0 TB")],
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert size_words(size) == words
    assert counted(1, "file") == "1 file"
