"""Bare FAISS indexes of the vectors that a segment holds, in memory, with its centroids."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench.vectors_made import D, chunks
from raisonne.index.arrays import Arrays

_faiss: Any = faiss
"""Its type hints lack much."""

K = 10
"""Rows that are looked for."""

Queries = NDArray[np.float32]
Live = NDArray[np.uint8] | None
Search = Callable[[Queries], NDArray[np.int64]]
"""Maps queries, shape (q, d), to positions, shape (q, K); -1 for none."""


@dataclass(frozen=True, slots=True, eq=False)
class Bare:
    """A bare index of whole vectors, and how it may be tuned.

    Attributes:
        name: FAISS's.
        make: Fills one.
        parameters: Makes a search's parameters of a setting and a selector.
        ladder: Settings, from the least effort to the most.
        setting: What a setting counts.
    """

    name: str
    make: Callable[[Arrays], Any]
    parameters: Callable[[int, Any], Any]
    ladder: tuple[int, ...]
    setting: str

    def searches(self, index: Any, live: Live) -> Mapping[int, Search]:
        """Return a search for each setting, from the least effort to the most."""
        return {
            value: _search(index, self.parameters(value, _selector(live))) for value in self.ladder
        }


def flat_lists(arrays: Arrays) -> Any:
    """Return a filled ``IndexIVFFlat``."""
    coarse = _coarse(arrays)
    index = faiss.IndexIVFFlat(coarse, D, coarse.ntotal, faiss.METRIC_INNER_PRODUCT)
    return _filled(index, arrays)


def graph(arrays: Arrays) -> Any:
    """Return a filled ``IndexHNSWFlat`` of 32 neighbours."""
    index = faiss.IndexHNSWFlat(D, 32, faiss.METRIC_INNER_PRODUCT)
    for chunk in chunks(arrays.unchecked("value")):
        index.add(chunk.astype(np.float32))
    return index


FLAT = Bare(
    "IndexIVFFlat",
    flat_lists,
    lambda value, selector: _faiss.SearchParametersIVF(sel=selector, nprobe=value),
    (16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024),
    "probes",
)
GRAPH = Bare(
    "IndexHNSWFlat",
    graph,
    lambda value, selector: _faiss.SearchParametersHNSW(sel=selector, efSearch=value),
    (16, 32, 64, 96, 128, 192, 256, 512, 1024),
    "efSearch",
)


def refined_codes(arrays: Arrays) -> Any:
    """Return a filled ``IndexRefine`` of an ``IndexIVFRaBitQ`` and float16: what a segment holds.

    RaBitQ's own order finds too few, however many lists are probed.
    """
    coarse = _coarse(arrays)
    codes = _filled(
        faiss.IndexIVFRaBitQ(coarse, D, coarse.ntotal, faiss.METRIC_INNER_PRODUCT), arrays
    )
    vectors = _faiss.IndexScalarQuantizer(
        D, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    vectors.is_trained = True
    for chunk in chunks(arrays.unchecked("value")):
        vectors.add(chunk.astype(np.float32))
    index = _faiss.IndexRefine(codes, vectors)
    index.referenced_objects = [codes, vectors]  # It owns neither.
    return index


def refined_search(index: Any, probes: int, candidates: int, live: Live) -> Search:
    """Return a search of an ``IndexRefine`` that multiplies so many candidates."""
    lists = _faiss.SearchParametersIVF(sel=_selector(live), nprobe=probes)
    refining = _faiss.IndexRefineSearchParameters(k_factor=candidates / K, base_index_params=lists)
    return _search(index, refining)


def _search(index: Any, parameters: Any) -> Search:
    return lambda queries: index.search(queries, K, params=parameters)[1]


def _selector(live: Live) -> Any:
    return None if live is None else _faiss.IDSelectorBitmap(live)


def _coarse(arrays: Arrays) -> Any:
    coarse = faiss.IndexFlatIP(D)
    coarse.add(np.ascontiguousarray(arrays.whole("centroids")))
    return coarse


def _filled(index: Any, arrays: Arrays) -> Any:
    """Add the vectors to the lists that the segment has them in, which saves most of the time."""
    index.is_trained = True
    value, lists, starts = (arrays.unchecked(n) for n in ("value", "lists", "list_starts"))
    assigned = np.empty(len(value), np.int64)
    for number, (start, stop) in enumerate(itertools.pairwise(starts)):
        # A list is its codes and then its positions, of eight bytes each.
        block = lists[start:stop].reshape(-1)
        assigned[block[len(block) - 8 * (stop - start) :].view("<i8")] = number
    position = 0
    for chunk in chunks(value):
        wide, here = chunk.astype(np.float32), assigned[position : position + len(chunk)].copy()
        index.add_core(len(wide), faiss.swig_ptr(wide), None, faiss.swig_ptr(here))
        position += len(chunk)
    return index
