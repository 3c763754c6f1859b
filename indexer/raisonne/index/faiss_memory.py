"""FAISS over memory that others hold, mostly mapped files: nothing is copied.

FAISS can view such memory, but SWIG offers no constructor for it; the fields are set one by one.
What is returned reads the arrays that it was made from, so these must outlive it.
"""

from __future__ import annotations

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
    codes = index.codes
    codes.is_owned = False
    codes.view_data = codes.c_ptr = _address(vectors)
    codes.view_size = codes.c_size = vectors.nbytes
    index.ntotal = len(vectors)
    return index


def selecting(live: NDArray[np.uint8] | None, kind: str = "SearchParameters") -> Any:
    """Return parameters of a search that finds live rows only; None for all rows.

    Args:
        live: Bit ``i & 7`` of byte ``i >> 3`` for row i.
        kind: The class of the parameters.
    """
    if live is None:
        return None
    return getattr(_faiss, kind)(sel=_faiss.IDSelectorBitmap(np.ascontiguousarray(live)))


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


def _address(array: NDArray[Any]) -> Any:
    if not array.flags.c_contiguous:
        raise ValueError("An array that FAISS reads in place has to be contiguous.")
    return faiss.swig_ptr(array.view(np.uint8).reshape(-1))
