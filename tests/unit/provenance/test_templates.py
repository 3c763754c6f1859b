from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from tests.unit.provenance.samples import STATEMENT, WHEN

from raisonne.provenance.templates import creation_manifest

LABEL = "urn:c2pa:00000000-0000-4000-8000-000000000000:raisonne"


def assertions(**changes: Any) -> dict[str, Any]:
    manifest = creation_manifest(replace(STATEMENT, **changes), LABEL)
    return {item["label"]: item["data"] for item in manifest["assertions"]}


def numbers(value: Any) -> list[object]:
    """Return every number in a nested value."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in numbers(item)]
    if isinstance(value, list):
        return [found for item in value for found in numbers(item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_claim_names_the_product_and_the_specification() -> None:
    manifest = creation_manifest(STATEMENT, LABEL)
    assert manifest["label"] == LABEL
    assert manifest["title"] == "dice.png"
    (generator,) = manifest["claim_generator_info"]
    assert generator["name"] == "raisonne"
    assert generator["specVersion"] == "2.4.0"


def test_creation_is_the_first_and_only_action() -> None:
    manifest = creation_manifest(STATEMENT, LABEL)
    assert manifest["assertions"][0]["label"] == "c2pa.actions.v2"
    data = manifest["assertions"][0]["data"]
    assert data["allActionsIncluded"] is True
    assert data["actions"] == [
        {
            "action": "c2pa.created",
            "when": "2026-11-24T12:30:00Z",
            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia",
            "softwareAgent": {"name": "dice", "version": "1.2"},
            "description": "A picture made by a formula.",
            "parameters": {
                "app.raisonne.prompt_sha256": "cd" * 32,
                "app.raisonne.seed": "9223372036854775808",
            },
        }
    ]


def test_times_are_written_in_utc() -> None:
    local = WHEN.astimezone(timezone(timedelta(hours=9)))
    action = assertions(when=local)["c2pa.actions.v2"]["actions"][0]
    assert action["when"] == "2026-11-24T12:30:00Z"


def test_verdict_and_reservations_are_stated() -> None:
    stated = assertions()
    assert stated["app.raisonne.verdict"] == {
        "verdict": "verdicts/1",
        "policyRevision": "ab" * 32,
        "indexRevision": "7",
    }
    assert stated["cawg.training-mining"]["entries"] == {
        "cawg.ai_training": {"use": "notAllowed"},
        "cawg.data_mining": {"use": "allowed"},
    }
    assert "cawg.training-mining" not in assertions(training_mining={})


@pytest.mark.parametrize(
    ("source_type", "disclosed"),
    [
        ("algorithmicMedia", False),
        ("trainedAlgorithmicMedia", True),
        ("compositeWithTrainedAlgorithmicMedia", True),
        ("digitalCreation", False),
    ],
)
def test_a_trained_model_is_disclosed_only_where_there_is_one(
    source_type: str, disclosed: bool
) -> None:
    assert ("c2pa.ai-disclosure" in assertions(digital_source_type=source_type)) is disclosed


def test_no_number_is_left_to_the_library() -> None:
    manifest = creation_manifest(
        replace(STATEMENT, digital_source_type="trainedAlgorithmicMedia"), LABEL
    )
    assert numbers(manifest) == []
