"""Fitting scoring rules to pictures in a folder, and checking them on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from raisonne.evaluation.calibrating import calibrate
from raisonne.evaluation.calibration_report import calibration_fields
from raisonne.evaluation.engines import Sample, encode, sample_of
from raisonne.evaluation.fresh_check import fresh_figures
from raisonne.evaluation.leave_one_out import LeaveOneOut, Subject
from raisonne.evaluation.observing import Observation
from raisonne.evaluation.pictures import Picture
from raisonne.fingerprint.embedding import Embedder
from raisonne.fingerprint.extract import Extractor
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_log import MemoryLog
from raisonne.matching.calibration import SHIPPED
from raisonne.rights.errors import InputError

_TENANT = "benchmark"
_LEAST = 4

Step = Callable[[], None]


class CalibrationBench:
    """Two registries without a common picture: one to fit to, one to check on.

    Args:
        pictures: At least four different ones.
        embedder: The global descriptor to use.
        seed: Another seed parts the pictures and alters them differently.
        limit: Share of the pictures to use, in (0, 1].

    Attributes:
        fitted: The registry to fit to.
        fresh: The one to check on.
        steps: To be taken in order before there are figures; two for every picture.

    Raises:
        InputError: If there are too few pictures.
    """

    def __init__(
        self, pictures: Sequence[Picture], embedder: Embedder, seed: int, limit: float
    ) -> None:
        count = round(limit * len(pictures))
        if count < _LEAST:
            raise InputError(f"A check needs {_LEAST} different pictures; there are {count}.")
        shuffled = np.random.default_rng([seed, 2]).permutation(len(pictures))[:count]
        halves = np.array_split(shuffled, 2)
        self.fitted, self.fresh = (
            Half([pictures[place] for place in half], embedder, seed + turn)
            for turn, half in enumerate(halves)
        )
        self._embedder = embedder.algorithm
        self.steps: list[Step] = [*self.fitted.steps(), *self.fresh.steps()]

    def figures(self, up_to: int | None) -> dict[str, Any]:
        """Return what one half states beside what is observed of the other, as for JSON.

        The calibration that is returned is fitted to both, once what one half alone states has
        been checked on the other.

        Args:
            up_to: Size of a registry up to which the rules are to hold; ten times one half if None.

        Raises:
            InputError: If there are too few pictures for a calibration.
        """
        asked, fresh = self.fitted.observations, self.fresh.observations
        works = len(asked)
        fit = calibrate(asked, SHIPPED, self._embedder, works, up_to)
        both = calibrate([*asked, *fresh], SHIPPED, self._embedder, works, up_to)
        related = self.fitted.examiner.related | self.fresh.examiner.related
        return {
            "calibration": calibration_fields(both, [*asked, *fresh], related),
            "fresh": fresh_figures(fit, fresh),
        }


class Half:
    """A registry in memory.

    Args:
        pictures: Its works' own.
        embedder: The global descriptor to use.
        seed: Decides how pictures are altered.

    Attributes:
        examiner: Asks them.
        observations: What was said of each.
    """

    def __init__(self, pictures: Sequence[Picture], embedder: Embedder, seed: int) -> None:
        self._log = MemoryLog()
        self._extractor = Extractor(embedder)
        scenes = {picture.name: picture.scene for picture in pictures}
        self.examiner = LeaveOneOut(
            CatalogueIndex(self._log), _TENANT, self._extractor, SHIPPED, scenes, seed
        )
        self._subjects = [
            Subject(picture.name, picture.name, picture.kind, partial(_sample, picture))
            for picture in pictures
        ]
        self.observations: list[Sequence[Observation]] = []

    def steps(self) -> list[Step]:
        """Return what is to be done: every picture is registered, then every one is asked."""
        return [
            *(partial(self._register, subject) for subject in self._subjects),
            *(partial(self._ask, number) for number in range(len(self._subjects))),
        ]

    def _register(self, subject: Subject) -> None:
        sample = subject.load()
        self._log.add(_TENANT, subject.name, self._extractor.register(sample.image, sample.sha256))

    def _ask(self, number: int) -> None:
        self.observations.append(self.examiner.ask(self._subjects, number))


def _sample(picture: Picture) -> Sample:
    return sample_of(encode(picture.load()))
