"""Clearance is a type: only an asset with its own ALLOW becomes a ``ClearedAsset``."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.errors import NotClearedError, Reason
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import ClearedAsset, Judgement, Outcome, Subject, Verdict

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ASSET = Asset(
    name="assets/1",
    tenant="studio",
    sha256="ab" * 32,
    pixel_sha256="cd" * 32,
    media_type="image/png",
    size_bytes=9,
    width=3,
    height=3,
    origin=AssetOrigin.GENERATED,
    create_time=NOW,
)
INPUTS = Judgement(
    subject=Subject.OUTPUT,
    sha256=ASSET.sha256,
    tenant=ASSET.tenant,
    use=Use.GENERATE_SIMILAR,
    territory=WORLD,
    at=NOW,
    matches=(),
    works=(),
    detectors=(),
    term_hits=(),
    index_revision=1,
)
ALLOWED = Verdict("verdicts/1", Outcome.ALLOW, (), (), "ef" * 32, INPUTS)


def test_an_allowed_asset_is_cleared() -> None:
    assert ClearedAsset(ASSET, ALLOWED).asset is ASSET


@pytest.mark.parametrize("outcome", [Outcome.REVIEW, Outcome.BLOCK])
def test_any_other_outcome_is_not(outcome: Outcome) -> None:
    with pytest.raises(NotClearedError) as refused:
        ClearedAsset(ASSET, replace(ALLOWED, outcome=outcome))
    assert refused.value.reason is Reason.NOT_CLEARED


@pytest.mark.parametrize(
    "other", [replace(INPUTS, sha256="00" * 32), replace(INPUTS, tenant="rival")]
)
def test_a_verdict_about_something_else_clears_nothing(other: Judgement) -> None:
    with pytest.raises(NotClearedError):
        ClearedAsset(ASSET, replace(ALLOWED, inputs=other))


def test_clearance_cannot_be_changed_afterwards() -> None:
    cleared = ClearedAsset(ASSET, ALLOWED)
    with pytest.raises(FrozenInstanceError):
        cleared.asset = replace(ASSET, sha256="00" * 32)  # type: ignore[misc]
    with pytest.raises(NotClearedError):
        replace(cleared, asset=replace(ASSET, sha256="00" * 32))
