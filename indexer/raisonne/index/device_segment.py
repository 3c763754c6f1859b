"""A segment of float vectors whose products are computed on a device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from raisonne.index.device_host import DeviceProducts
from raisonne.index.device_products import products_at
from raisonne.index.float_segment import FloatSegment
from raisonne.index.products import Live, Nearest


@dataclass(frozen=True)
class DeviceSegment(FloatSegment):
    """Searches exactly; the device holds a copy of the vectors from the first search on.

    Attributes:
        device: URI, see ``products_at``.
    """

    device: str

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """See ``FloatSegment.nearest``; exact however many rows there are."""
        return self._products.nearest(queries, k, live)

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """See ``FloatSegment.within``; exact however many rows there are."""
        return self._products.within(queries, threshold, live)

    @cached_property
    def _products(self) -> DeviceProducts:
        return products_at(self.device)(self.arrays.whole("value"))
