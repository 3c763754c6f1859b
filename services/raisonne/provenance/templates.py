"""What a credential says, as a manifest definition: pure functions, one for each operation."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from raisonne.rights.provenance import CreationStatement

SPEC_VERSION = "2.4.0"
"""C2PA specification that the manifests follow."""

DIGITAL_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TRAINED = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}
_VENDOR = "app.raisonne"


def creation_manifest(statement: CreationStatement, label: str) -> dict[str, Any]:
    """Return the definition for a newly made artwork.

    The prompt appears only as a digest. Numbers of our own are written as text, because the
    library does not keep all numbers intact.

    Args:
        statement: What to say.
        label: URN of the manifest.
    """
    assertions = [
        _assertion(
            "c2pa.actions.v2", {"allActionsIncluded": True, "actions": [_created(statement)]}
        ),
        _assertion(f"{_VENDOR}.verdict", _verdict(statement)),
    ]
    if statement.training_mining:
        assertions.append(_assertion("cawg.training-mining", _training_mining(statement)))
    if statement.digital_source_type in _TRAINED:
        assertions.append(_assertion("c2pa.ai-disclosure", _disclosure(statement)))
    return {
        "label": label,
        "claim_generator_info": [
            {"name": "raisonne", "version": version("raisonne"), "specVersion": SPEC_VERSION}
        ],
        "title": statement.title,
        "assertions": assertions,
    }


def _created(statement: CreationStatement) -> dict[str, Any]:
    return {
        "action": "c2pa.created",
        "when": _timestamp(statement.when),
        "digitalSourceType": DIGITAL_SOURCE_TYPES + statement.digital_source_type,
        "softwareAgent": {"name": statement.engine_name, "version": statement.engine_version},
        "description": statement.description,
        "parameters": {
            f"{_VENDOR}.prompt_sha256": statement.prompt_sha256,
            f"{_VENDOR}.seed": str(statement.seed),
        },
    }


def _verdict(statement: CreationStatement) -> dict[str, str]:
    return {
        "verdict": statement.verdict,
        "policyRevision": statement.policy_revision,
        "indexRevision": str(statement.index_revision),
    }


def _training_mining(statement: CreationStatement) -> dict[str, Any]:
    """CAWG training and data mining assertion 1.1."""
    return {
        "entries": {
            f"cawg.{suffix}": {"use": use} for suffix, use in statement.training_mining.items()
        }
    }


def _disclosure(statement: CreationStatement) -> dict[str, Any]:
    """AI disclosure of C2PA 2.4; only where a trained model made the media."""
    return {
        "modelType": "c2pa.types.model",
        "modelName": statement.engine_name,
        "contentProfile": {"humanOversightLevel": "prompt_guided"},
    }


def _assertion(label: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "data": data}


def _timestamp(when: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
