"""A query's local features, also as they would be after mirroring and inverting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import LocalFeatures, inverted, local_features, mirrored
from raisonne.fingerprint.vocabulary import WORDS_PER_FORM, nearest_words_of


class Form(IntFlag):
    """What a work may have undergone; the numbers are those of the vocabulary's quarters."""

    PLAIN = 0
    MIRRORED = 1
    INVERTED = 2


FORMS = tuple(Form(number) for number in range(4))

_LOOKED_UP = {0: (450, 3), 1: (150, 2), 2: (100, 2), 3: (60, 2)}
"""How many points of each form are looked up, in how many lists: most copies are plain ones."""


@dataclass(frozen=True, slots=True, eq=False)
class QueryForms:
    """The distinctive points of a query in four forms.

    Attributes:
        forms: One for each of ``FORMS``; the rows of all tell of the same points.
        descriptors: float32, shape (m, 128): what is looked up, form by form.
        lists: int64, shape (m, p): the words whose lists are searched; -1 for none.
        row: intp, shape (m,): which point a looked-up descriptor is of.
        form: intp, shape (m,): which form.
    """

    forms: tuple[LocalFeatures, ...]
    descriptors: NDArray[np.float32]
    lists: NDArray[np.int64]
    row: NDArray[np.intp]
    form: NDArray[np.intp]


def query_forms(pixels: NDArray[np.uint8], where: NDArray[np.bool_] | None = None) -> QueryForms:
    """Describe a canonical picture for a query.

    Args:
        pixels: Shape (h, w, 3).
        where: Part of it to look at, shape (h, w); all of it if None.
    """
    plain = local_features(pixels, where=where)
    flipped = mirrored(plain)
    forms = (plain, flipped, inverted(plain), inverted(flipped))
    most = max(lists for _, lists in _LOOKED_UP.values())
    nearest = nearest_words_of(plain.descriptors, most)
    descriptors, lists, rows, numbers = [], [], [], []
    for form in FORMS:
        points, width = _LOOKED_UP[form.value]
        count = min(points, len(plain))
        # The vocabulary is closed under both changes, so a changed descriptor's words are known.
        quarter, word = np.divmod(nearest[:count, :width], WORDS_PER_FORM)
        words = np.full((count, most), -1, np.int64)
        words[:, :width] = word + WORDS_PER_FORM * (quarter ^ form.value)
        descriptors.append(forms[form.value].descriptors[:count].astype(np.float32))
        lists.append(words)
        rows.append(np.arange(count))
        numbers.append(np.full(count, form.value))
    return QueryForms(
        forms=forms,
        descriptors=np.concatenate(descriptors),
        lists=np.concatenate(lists),
        row=np.concatenate(rows),
        form=np.concatenate(numbers),
    )
