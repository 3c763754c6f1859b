"""Works by the thousand to measure a search with: fingerprints of real shapes and random values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from raisonne.app.ids import new_name
from raisonne.app.sealing import SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.evaluation.synthetic import SIDE, Points, random_like, synthetic_points
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState
from raisonne.runtime.wiring import Service

_BATCH = 500


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
    points = synthetic_points(generator)
    for start in range(0, count, _BATCH):
        _fill_batch(service, min(_BATCH, count - start), shapes, points, generator)


def _fill_batch(
    service: Service,
    count: int,
    shapes: Sequence[Fingerprint],
    points: Points,
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
            fingerprints = [random_like(shape, points, generator) for shape in shapes]
            transaction.works.add(_work(tenant, digest, asset.name, now), fingerprints)


def _asset(tenant: str, digest: str, now: datetime) -> Asset:
    return Asset(
        name=new_name("assets"),
        tenant=tenant,
        sha256=digest,
        pixel_sha256=digest,
        media_type="image/jpeg",
        size_bytes=9,
        width=SIDE,
        height=SIDE,
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
