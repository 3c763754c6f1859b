"""Works by the thousand to measure a search with: fingerprints of real shapes and random values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from raisonne.app.ids import new_name
from raisonne.app.sealing import SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.fingerprint.local import REGISTERED_POINTS, LocalFeatures
from raisonne.fingerprint.vocabulary import THUMBNAIL_SIDE, pack, rewritten, unpack, vocabulary
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState
from raisonne.runtime.wiring import Service

_BATCH = 500
_SIDE = 640
_PATTERNS = 40
_FROM_WORD = 18.0
"""Deviation of each component from its word, with which points are as far from it as real ones."""

_OWN_PARTS = 0.15
"""Share of a code that is a work's own, so that no two works have a point in common."""


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Distinctive points to choose from.

    Attributes:
        values: Packed local fingerprints, whose places, sizes, angles and thumbnails are used.
        words: uint16, shape (n,).
        codes: uint8, shape (n, parts).
    """

    values: Sequence[bytes]
    words: NDArray[np.uint16]
    codes: NDArray[np.uint8]


def fill(service: Service, count: int, picture: bytes) -> None:
    """Register synthetic works.

    Args:
        service: Where.
        count: How many.
        picture: A file whose fingerprints give the shapes.
    """
    if not count:
        return
    image = service.decoder.decode(picture)
    shapes = service.check.screener.extractor.register(image, hashlib.sha256(picture).hexdigest())
    generator = np.random.default_rng(20261124)
    points = _points(generator)
    for start in range(0, count, _BATCH):
        _fill_batch(service, min(_BATCH, count - start), shapes, points, generator)


def _fill_batch(
    service: Service,
    count: int,
    shapes: Sequence[Fingerprint],
    points: _Points,
    generator: np.random.Generator,
) -> None:
    now = service.clock.now()
    tenant = service.principal.tenant
    blob = service.blobs.put(SealContext(tenant, ASSET_PURPOSE, "assets/synthetic"), b"synthetic")
    with service.transactions.write() as transaction:
        for _ in range(count):
            digest = generator.bytes(32).hex()
            asset = _asset(tenant, digest, now)
            # Nobody reads these files, so none is written: each row only needs its own location.
            location = f"{digest[:2]}/{digest[2:32]}"
            transaction.assets.add(asset, replace(blob, location=location))
            fingerprints = [_random_like(shape, points, generator) for shape in shapes]
            transaction.works.add(_work(tenant, digest, asset.name, now), fingerprints)


def _random_like(
    shape: Fingerprint, points: _Points, generator: np.random.Generator
) -> Fingerprint:
    if shape.kind is FingerprintKind.EMBEDDING:
        vector = generator.standard_normal(len(shape.value) // 2)
        value = (vector / np.linalg.norm(vector)).astype("<f2").tobytes()
    elif shape.kind is FingerprintKind.LOCAL:
        value = _random_points(points, generator)
    else:
        value = generator.bytes(len(shape.value))
    return Fingerprint(shape.kind, shape.algorithm, value, shape.quality)


def _points(generator: np.random.Generator) -> _Points:
    """Draw points around the words of the vocabulary, as near as those of pictures are."""
    values = [pack(_features(generator), _thumbnail(generator)) for _ in range(_PATTERNS)]
    kept = [unpack(value) for value in values]
    return _Points(
        values=values,
        words=np.concatenate([features.words for features in kept]),
        codes=np.concatenate([features.codes for features in kept]),
    )


def _features(generator: np.random.Generator) -> LocalFeatures:
    count = REGISTERED_POINTS
    words = vocabulary().words
    around = words[generator.integers(len(words), size=count)]
    descriptors = around + generator.normal(0, _FROM_WORD, around.shape)
    points = np.column_stack(
        [
            generator.uniform(0, _SIDE, (count, 2)),
            np.exp2(generator.normal(1.7, 0.8, count)),
            generator.uniform(0, 360, count),
        ]
    )
    rounded = descriptors.round().clip(0, 255).astype(np.uint8)
    return LocalFeatures(points.astype(np.float32), rounded, (_SIDE, _SIDE))


def _thumbnail(generator: np.random.Generator) -> NDArray[np.uint8]:
    return generator.integers(0, 256, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), dtype=np.uint8)


def _random_points(points: _Points, generator: np.random.Generator) -> bytes:
    """Choose a work's points from all and give each something of its own."""
    chosen = generator.integers(len(points.words), size=REGISTERED_POINTS)
    codes = points.codes[chosen]
    own = generator.random(codes.shape) < _OWN_PARTS
    codes[own] = generator.integers(0, 256, int(own.sum()), dtype=np.uint8)
    value = points.values[int(generator.integers(len(points.values)))]
    return rewritten(value, points.words[chosen], codes)


def _asset(tenant: str, digest: str, now: datetime) -> Asset:
    return Asset(
        name=new_name("assets"),
        tenant=tenant,
        sha256=digest,
        pixel_sha256=digest,
        media_type="image/jpeg",
        size_bytes=9,
        width=_SIDE,
        height=_SIDE,
        origin=AssetOrigin.REGISTERED,
        create_time=now,
    )


def _work(tenant: str, digest: str, asset: str, now: datetime) -> Work:
    return Work(
        name=new_name("works"),
        tenant=tenant,
        title="synthetic",
        holder="benchmark",
        collection="benchmark",
        external_id="",
        source="",
        asset=asset,
        sha256=digest,
        state=WorkState.REGISTERED,
        rights=RightsStatement(),
        revision=1,
        create_time=now,
        update_time=now,
    )
