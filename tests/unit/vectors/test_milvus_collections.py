from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("pymilvus", reason="NO MILVUS: pymilvus is not installed")

from raisonne.vectors.milvus_collections import Collections


class ProbingClient:
    """A server whose index looks at some of its lists, and finds ``shown`` of ``held`` rows."""

    def __init__(self, shown: int, held: int) -> None:
        self.shown = shown
        self.held = held
        self.filters: list[str] = []

    def has_collection(self, *_: object, **__: object) -> bool:
        return True

    def load_collection(self, *_: object, **__: object) -> None:
        pass

    def search(self, *_: object, data: list[Any], limit: int, **named: Any) -> list[Any]:
        self.filters.append(named["filter"])
        assert named["consistency_level"] == "Strong"
        hits = [{"id": row, "distance": 1 - row / 100} for row in range(1, self.shown + 1)]
        return [hits[:limit] for _ in data]

    def query(self, *_: object, **named: Any) -> list[Any]:
        self.filters.append(named["filter"])
        return [{"count(*)": self.held}]

    def query_iterator(self, *_: object, **named: Any) -> ProbingClient:
        self.filters.append(named["filter"])
        self._left = list(range(1, self.held + 1))
        return self

    def next(self) -> list[dict[str, int]]:
        page, self._left = self._left[:4], self._left[4:]
        return [{"id": row} for row in page]

    def close(self) -> None:
        pass


def near(client: ProbingClient, k: int, minimum: float | None = None) -> list[list[int]]:
    collections = Collections(client, "IVF_RABITQ")  # type: ignore[arg-type]
    queries = np.eye(2, dtype=np.float32)
    found = collections.near('a" or "a" == "a', "copy-v1", queries, k, minimum)
    assert all(condition.count('"') == 2 for condition in client.filters)
    return [rows.tolist() for rows in found]


def test_fewer_rows_than_asked_for_are_believed_only_where_there_are_no_more() -> None:
    assert near(ProbingClient(shown=3, held=3), 5) == [[1, 2, 3]] * 2
    assert near(ProbingClient(shown=3, held=10), 5) == [list(range(1, 11))] * 2
    assert near(ProbingClient(shown=9, held=10), 5) == [[1, 2, 3, 4, 5]] * 2


def test_rows_below_the_minimum_do_not_count_as_missing() -> None:
    assert near(ProbingClient(shown=9, held=10), 5, minimum=0.975) == [[1, 2]] * 2


def test_more_than_the_server_returns_is_answered_with_everything() -> None:
    assert near(ProbingClient(shown=3, held=6), 16_385) == [[1, 2, 3, 4, 5, 6]] * 2
