"""A catalogue in memory and questions to it, for the tests of matching."""

from __future__ import annotations

import copy
import hashlib
from functools import cache
from typing import Any

from PIL import Image
from tests.unit.fingerprint.pictures import encoded
from tests.unit.index.memory_log import MemoryLog

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.matching.matcher import Matcher, MatchReport
from raisonne.rights.fingerprint import Fingerprint, WorkFingerprint
from raisonne.rights.match import Match, Mechanism

EXTRACTOR = Extractor(GistEmbedder())


class Registry:
    """A catalogue and a matcher over it."""

    def __init__(self, *, thorough: bool = False) -> None:
        self.log = MemoryLog()
        self.matcher = Matcher(CatalogueIndex(self.log), thorough=thorough)

    def register(self, image: Image.Image, work: str, tenant: str = "t") -> list[WorkFingerprint]:
        return self.log.add(tenant, work, _kept(encoded(image)))

    def match(self, query: QueryFingerprints, tenant: str = "t") -> MatchReport:
        return self.matcher.match(tenant, query)


@cache
def _kept(data: bytes) -> tuple[Fingerprint, ...]:
    """What is kept of a picture; many tests register the same ones."""
    return EXTRACTOR.register(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())


def ask(image: Image.Image, image_format: str = "PNG", **options: object) -> QueryFingerprints:
    data = encoded(image, image_format, **options)
    return EXTRACTOR.query(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())


def altered(query: QueryFingerprints, **attributes: Any) -> QueryFingerprints:
    """A query that says something else of itself."""
    other = copy.copy(query)
    for name, value in attributes.items():
        setattr(other, name, value)
    return other


def by(report: MatchReport, mechanism: Mechanism) -> dict[str, Match]:
    """What a mechanism found, by work."""
    return {match.work: match for match in report.matches if match.mechanism is mechanism}


def mechanisms(report: MatchReport, work: str) -> set[Mechanism]:
    return {match.mechanism for match in report.matches if match.work == work}
