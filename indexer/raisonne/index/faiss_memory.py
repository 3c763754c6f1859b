"""FAISS over memory that others hold, mostly mapped files: nothing is copied.

FAISS can view such memory, but SWIG offers no constructor for it; the fields are set one by one.
What is returned reads the arrays that it was made from, so these must outlive it.
"""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

_faiss: Any = faiss  # Its stubs know neither keyword arguments of parameters nor raw pointers.


def float16_index(vectors: NDArray[np.float16]) -> Any:
    """Return an index for inner products by exhaustive search, over vectors where they lie.

    Args:
        vectors: Shape (n, d), contiguous.
    """
    index = _faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return _viewing(index, vectors)


def flat_index(vectors: NDArray[np.float32]) -> Any:
    """Return an index for inner products by exhaustive search, over vectors where they lie.

    Args:
        vectors: Shape (n, d), contiguous.
    """
    return _viewing(_faiss.IndexFlatIP(vectors.shape[1]), vectors)


class MappedLists:
    """Inverted lists that are read where they lie.

    Args:
        lists: uint8, shape (n, code_bytes + 8), contiguous. List i takes rows ``starts[i]`` to
            ``starts[i + 1]``: first the codes of its entries, then their numbers as int64.
        starts: int64, shape (lists + 1,).

    Attributes:
        faiss: The lists as FAISS takes them, while this object lives.
    """

    def __init__(self, lists: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        self._lists = lists
        self.faiss = _faiss.OnDiskInvertedLists()
        self.faiss.nlist = len(starts) - 1
        self.faiss.code_size = lists.shape[1] - 8
        self.faiss.read_only = True
        # FAISS unmaps what it points to when it is destroyed; this memory is not its own. Were the
        # finalizer skipped, a length of zero would make that fail instead of doing harm.
        self.faiss.totsize = 0
        self.faiss.ptr = _address(lists)
        weakref.finalize(self, setattr, self.faiss, "ptr", None)
        one = _faiss.OnDiskOneList()
        for start, stop in itertools.pairwise(starts.tolist()):
            one.size = one.capacity = stop - start
            one.offset = start * lists.shape[1]
            self.faiss.lists.push_back(one)


def selecting(live: NDArray[np.uint8] | None) -> Any:
    """Return parameters of a search that finds live rows only; None for all rows.

    Args:
        live: Bit ``i & 7`` of byte ``i >> 3`` for row i.
    """
    return None if live is None else _faiss.SearchParameters(sel=_selector(live))


def selecting_in_lists(live: NDArray[np.uint8] | None, probes: int) -> Any:
    """Return parameters of a search that finds live rows only, in so many lists.

    Args:
        live: As for ``selecting``.
        probes: How many lists.
    """
    selector = None if live is None else _selector(live)
    return _faiss.SearchParametersIVF(sel=selector, nprobe=probes)


def converted(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return float16 as float32; FAISS does it several times as fast as NumPy.

    Args:
        vectors: Shape (m, d).
    """
    vectors = np.ascontiguousarray(vectors)
    out = np.empty(vectors.shape, np.float32)
    quantizer = _faiss.ScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16)
    quantizer.decode_c(_address(vectors), faiss.swig_ptr(out), len(out))
    return out


def _selector(live: NDArray[np.uint8]) -> Any:
    return _faiss.IDSelectorBitmap(np.ascontiguousarray(live))


def _viewing(index: Any, vectors: NDArray[Any]) -> Any:
    codes = index.codes
    codes.is_owned = False
    codes.view_data = codes.c_ptr = _address(vectors)
    codes.view_size = codes.c_size = vectors.nbytes
    index.ntotal = len(vectors)
    return index


def _address(array: NDArray[Any]) -> Any:
    if not array.flags.c_contiguous:
        raise ValueError("An array that FAISS reads in place has to be contiguous.")
    return faiss.swig_ptr(array.view(np.uint8).reshape(-1))
