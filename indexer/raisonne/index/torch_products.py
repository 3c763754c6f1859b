"""Exact inner products of many vectors on a device of torch."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.index.device_host import ROUNDING, decided
from raisonne.index.products import Live, Nearest, exact, joined
from raisonne.index.rough_products import SPARE, proposed, slack_of
from raisonne.rights.errors import ConfigError, Reason

SHARD_ROWS = 1 << 20
"""Rows that are copied to a device as one piece."""

TILE_ROWS = 1 << 16
"""Rows that are converted to float32 at a time."""

TILE_QUERIES = 512
"""Queries that a tile is multiplied with at a time."""


def torch_with(device: str) -> Any:
    """Return torch, after it has multiplied on a device."""
    try:
        torch = import_module("torch")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "Torch devices need the 'models' extra.", reason=Reason.ENGINE_UNAVAILABLE
        ) from error
    try:
        torch.ones(2, 2, device=device).matmul(torch.ones(2, 2, device=device)).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(
            f"Torch has no device {device!r} here.", reason=Reason.ENGINE_UNAVAILABLE
        ) from error
    return torch


class TorchProducts:
    """A copy of vectors on a device of torch, as float16.

    Args:
        vectors: Shape (n, d); may be mapped, and has to stay.
        torch: The module.
        device: For torch.
    """

    def __init__(self, vectors: NDArray[np.float16], torch: Any, device: str) -> None:
        self._vectors = vectors
        self._torch = torch
        self._device = device
        self._shards = [
            torch.from_numpy(np.array(vectors[start : start + SHARD_ROWS])).to(device)
            for start in range(0, len(vectors), SHARD_ROWS)
        ]

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """See ``products.nearest``."""
        wanted = min(k, len(self._vectors))
        if wanted < 1 or not len(queries):
            return joined([])
        queries = np.ascontiguousarray(queries, np.float32)
        rough, positions = self._rough(queries, min(wanted + SPARE, len(self._vectors)), live)
        pairs, doubtful = proposed(rough, positions, wanted, self._slack(queries))
        if rough.shape[1] == len(self._vectors):
            doubtful = doubtful[:0]
        return decided(self._vectors, queries, wanted, live, pairs, doubtful)

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """See ``products.within``."""
        queries = np.ascontiguousarray(queries, np.float32)
        limit = self._on_device(threshold - self._slack(queries))
        query, position = [np.empty(0, np.intp)], [np.empty(0, np.int64)]
        for asked, start, tile in self._tiles(queries, live):
            near, row = self._torch.nonzero(tile >= limit[asked, None], as_tuple=True)
            query.append(near.cpu().numpy() + asked.start)
            position.append(row.cpu().numpy() + start)
        pairs = np.concatenate(query), np.concatenate(position)
        return exact(self._vectors.__getitem__, queries, pairs, threshold=threshold)

    def _rough(
        self, queries: NDArray[np.float32], count: int, live: Live
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the largest rough products and their positions, each (q, count); -1 for none."""
        torch = self._torch
        best = torch.full((len(queries), count), -np.inf, device=self._device)
        places = torch.full((len(queries), count), -1, dtype=torch.int64, device=self._device)
        for asked, start, tile in self._tiles(queries, live):
            some, rows = tile.topk(min(count, tile.shape[1]), dim=1)
            both = torch.cat([best[asked], some], dim=1)
            where = torch.cat([places[asked], rows + start], dim=1)
            best[asked], chosen = both.topk(count, dim=1)
            places[asked] = where.gather(1, chosen)
        places[best == -np.inf] = -1
        return best.cpu().numpy(), places.cpu().numpy()

    def _tiles(self, queries: NDArray[np.float32], live: Live) -> Iterator[tuple[slice, int, Any]]:
        """Give queries, first row and products; -infinity where a row is not live or no number."""
        asked_for = self._on_device(queries)
        rows = len(self._vectors)
        alive = None
        if live is not None:
            bits = np.unpackbits(live, count=rows, bitorder="little")
            alive = self._on_device(bits.view(np.bool_))
        for start in range(0, rows, TILE_ROWS):
            shard, first = self._shards[start // SHARD_ROWS], start % SHARD_ROWS
            tile = shard[first : first + TILE_ROWS].float().T
            for query in range(0, len(queries), TILE_QUERIES):
                asked = slice(query, query + TILE_QUERIES)
                rough = (asked_for[asked] @ tile).nan_to_num_(
                    nan=-np.inf, posinf=np.inf, neginf=-np.inf
                )
                if alive is not None:
                    rough[:, ~alive[start : start + TILE_ROWS]] = -np.inf
                yield asked, start, rough

    def _on_device(self, array: NDArray[Any]) -> Any:
        return self._torch.from_numpy(np.array(array)).to(self._device)

    def _slack(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return by how much a rough product may be wrong, as ``slack_of`` does."""
        slack = slack_of(queries)
        if self._device == "cpu" or (
            self._device.startswith("cuda")
            and self._torch.get_float32_matmul_precision() == "highest"
        ):
            return slack
        return np.asarray(slack + np.linalg.norm(queries, axis=1) * ROUNDING, np.float32)
