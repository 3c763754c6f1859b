"""kill -9 while the index is changed, kept up and searched; ``tests.perf.index_kill`` does more."""

from __future__ import annotations

from pathlib import Path

from tests.perf.index_kill import kill_rounds


def test_a_killed_process_leaves_an_index_that_agrees_with_the_catalogue(
    url: str, tmp_path: Path
) -> None:
    outcome = kill_rounds(url, tmp_path / "killed", rounds=3, seed=0, longest=0.5)
    assert outcome.faults == ()
    assert outcome.rounds == 3
    assert outcome.queries
    assert outcome.changes
