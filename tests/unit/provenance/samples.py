"""Pictures, clearances and statements for tests of credentials."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

from PIL import Image

from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.provenance import CreationStatement
from raisonne.rights.statement import Use
from raisonne.rights.verdict import ClearedAsset, Judgement, Outcome, Subject, Verdict

WHEN = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)

STATEMENT = CreationStatement(
    title="dice.png",
    engine_name="dice",
    engine_version="1.2",
    digital_source_type="algorithmicMedia",
    description="A picture made by a formula.",
    when=WHEN,
    prompt_sha256="cd" * 32,
    seed=2**63,
    training_mining={"ai_training": "notAllowed", "data_mining": "allowed"},
    verdict="verdicts/1",
    policy_revision="ab" * 32,
    index_revision=7,
)


def picture(media_type: str, size: int = 96) -> bytes:
    """Return a small picture with some detail."""
    image = Image.linear_gradient("L").resize((size, size)).convert("RGB")
    data = io.BytesIO()
    image.save(data, media_type.removeprefix("image/"))
    return data.getvalue()


def cleared(data: bytes, media_type: str) -> ClearedAsset:
    """Return a clearance for exactly these bytes."""
    digest = hashlib.sha256(data).hexdigest()
    asset = Asset(
        name="assets/1",
        tenant="gallery",
        sha256=digest,
        pixel_sha256=digest,
        media_type=media_type,
        size_bytes=len(data),
        width=96,
        height=96,
        origin=AssetOrigin.GENERATED,
        create_time=WHEN,
    )
    inputs = Judgement(
        subject=Subject.OUTPUT,
        sha256=digest,
        tenant="gallery",
        use=Use.DISPLAY,
        territory="*",
        at=WHEN,
        matches=(),
        works=(),
        detectors=(),
        term_hits=(),
        index_revision=7,
    )
    verdict = Verdict("verdicts/1", Outcome.ALLOW, (), (), "ab" * 32, inputs)
    return ClearedAsset(asset, verdict)
