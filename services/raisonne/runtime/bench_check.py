"""Benchmark: one check of a 1024² JPEG against a registry, and where its time goes.

The registry's fingerprints are random values: search cost depends on how many there are, not on
what they show. Every figure of one run is taken interleaved, so that ratios hold on a busy machine.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from raisonne.app.check import CheckTerms
from raisonne.rights.generation import GenerationRequest
from raisonne.runtime.synthetic_works import fill
from raisonne.runtime.wiring import Service

SIDE = 1024


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """What one run measured; milliseconds.

    Attributes:
        works: Size of the registry.
        runs: Counted checks.
        p50: Median of the whole check.
        p99: 99th percentile of the whole check.
        alone_p50: Median of decoding and fingerprinting alone.
        stages: Median by stage.
    """

    works: int
    runs: int
    p50: float
    p99: float
    alone_p50: float
    stages: dict[str, float]

    def fields(self) -> dict[str, Any]:
        """Return the figures with their ratios."""
        total = sum(self.stages.values())
        return {
            "benchmark": "check",
            "works": self.works,
            "runs": self.runs,
            "p50_ms": round(self.p50, 2),
            "p99_ms": round(self.p99, 2),
            "decode_and_fingerprint_p50_ms": round(self.alone_p50, 2),
            "ratio_to_decode_and_fingerprint": round(self.p50 / self.alone_p50, 3),
            "stages_ms": {name: round(value, 3) for name, value in self.stages.items()},
            "stage_shares": {name: round(value / total, 3) for name, value in self.stages.items()},
        }


def bench_check(service: Service, works: int, runs: int) -> CheckFigures:
    """Fill the registry up to ``works`` and measure ``runs`` checks.

    Args:
        service: Opened on a home of its own; it is filled with synthetic works.
        works: Registry size.
        runs: Counted checks, after three that warm up.
    """
    picture = _jpeg(service)
    with service.transactions.read() as transaction:
        missing = works - transaction.works.count(service.principal.tenant)
    fill(service, max(0, missing), picture)
    whole, alone, stages = [], [], []
    for number in range(runs + 3):
        started = time.perf_counter()
        screened = service.check.picture(service.principal, picture, CheckTerms())
        ended = time.perf_counter()
        image = service.decoder.decode(picture)
        query = service.check.screener.extractor.query(image, screened.sha256)
        # These two are otherwise computed by the search that first needs them.
        _ = query.embedding, query.local
        if number >= 3:  # noqa: PLR2004 - warm-up
            whole.append(ended - started)
            alone.append(time.perf_counter() - ended)
            stages.append(
                dict(screened.seconds)
                | {"record": ended - started - sum(screened.seconds.values())}
            )
    return CheckFigures(
        works=works,
        runs=runs,
        p50=1e3 * float(np.percentile(whole, 50)),
        p99=1e3 * float(np.percentile(whole, 99)),
        alone_p50=1e3 * float(np.percentile(alone, 50)),
        stages={
            name: 1e3 * float(np.median([stage[name] for stage in stages])) for name in stages[0]
        },
    )


def _jpeg(service: Service) -> bytes:
    request = GenerationRequest("a landscape at dawn with mountains", SIDE, SIDE, 1)
    made = service.engine.generate(request)
    out = io.BytesIO()
    with Image.open(io.BytesIO(made.data)) as picture:
        picture.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()
