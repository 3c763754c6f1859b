"""Reads content credentials without touching the network."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from c2pa import C2paError, Reader

from raisonne.provenance import content
from raisonne.provenance.settings import ProcessContext, reading_settings
from raisonne.provenance.signature import ClaimSignature, read_signature
from raisonne.provenance.timestamps import UNREADABLE_AUTHORITY, TimestampTrust
from raisonne.provenance.trust import TrustProfile
from raisonne.provenance.verdict import Observation, conclude
from raisonne.rights.provenance import CredentialReport, CredentialVerdict, ValidationState

_STAMPED = "timeStamp.validated"
_STAMP_TRUSTED = "timeStamp.trusted"
_UNCHECKED = "legacy"  # how c2pa-rs explains trust in a time-stamp of which it checked no anchor


class C2paReader:
    """Validates files against a trust profile; safe to share between threads."""

    def __init__(self, trust: TrustProfile) -> None:
        self._trust = trust
        self._timestamps = TimestampTrust(trust)
        self._context = ProcessContext(reading_settings(trust))

    def read(self, data: bytes) -> CredentialReport:
        """Read and validate; never raises for bad files, the verdict says it.

        Args:
            data: A whole file of any format; the format is recognised from the bytes.
        """
        try:
            with Reader(None, io.BytesIO(data), context=self._context.get()) as reader:
                return self._report(reader)
        except C2paError.ManifestNotFound:
            return _without_manifest(CredentialVerdict.NO_CREDENTIAL)
        except C2paError.NotSupported as error:
            return _without_manifest(CredentialVerdict.UNSUPPORTED, str(error))
        except (C2paError, ValueError, LookupError) as error:
            # Remote manifests have no error type of their own, only a prefix.
            remote = str(error).startswith("Remote")
            verdict = (
                CredentialVerdict.REMOTE_NOT_FETCHED if remote else CredentialVerdict.MALFORMED
            )
            return _without_manifest(verdict, str(error))

    def _report(self, reader: Any) -> CredentialReport:
        document = json.loads(reader.json())
        label = document.get("active_manifest") or ""
        manifest = document.get("manifests", {}).get(label)
        state = ValidationState(document.get("validation_state") or ValidationState.INVALID)
        if manifest is None:
            report = _without_manifest(
                CredentialVerdict.MALFORMED, "the active manifest cannot be read"
            )
            return replace(report, validation_state=state, label=label)
        seen = self._observe(reader, document, label, state)
        conclusion = conclude(seen, self._trust, datetime.now(UTC))
        signature = seen.signature
        return CredentialReport(
            verdict=conclusion.verdict,
            validation_state=state,
            reasons=conclusion.reasons,
            label=label,
            signer=(signature.subject if signature else content.signer_name(manifest)),
            trust_list=seen.trust_list,
            time_proven=seen.time_proven,
            claim_generator=content.claim_generator(manifest),
            actions=content.actions(manifest),
            digital_source_types=content.digital_source_types(manifest),
            training_mining=content.training_mining(manifest),
        )

    def _observe(
        self, reader: Any, document: dict[str, Any], label: str, state: ValidationState
    ) -> Observation:
        results = document.get("validation_results") or {}
        active = results.get("activeManifest") or {}
        deltas = [delta["validationDeltas"] for delta in results.get("ingredientDeltas") or ()]
        stamped = _STAMPED in _codes(active, "success")
        signature = _signature(reader, label)
        return Observation(
            state=state,
            failures=_codes(active, "failure"),
            ingredient_failures=frozenset().union(*(_codes(item, "failure") for item in deltas)),
            trust_list=results.get("trustListUri") or "",
            signature=signature,
            stamped=stamped,
            stamp_objection=self._objection(reader, label, active, signature) if stamped else "",
        )

    def _objection(
        self, reader: Any, label: str, active: dict[str, Any], signature: ClaimSignature | None
    ) -> str:
        """Return why the time-stamp proves nothing, or an empty string if it does."""
        if signature is None:
            return "the time-stamp token cannot be read"
        manifests = {item["label"]: item for item in json.loads(reader.crjson())["manifests"]}
        try:
            info = manifests[label]["signature"]["timeStampInfo"]
            serial = int(info["certificateInfo"]["serialNumber"], 16)
            when = datetime.fromisoformat(info["timestamp"])
        except (KeyError, ValueError):
            return "the time-stamp token cannot be read"
        objection = self._timestamps.objection(signature.token, serial, when)
        # An underscore in the name of a much-used authority makes its certificate malformed.
        # c2pa-rs reads it, and does lead the tokens of new (v2) claims to an anchor.
        return "" if objection == UNREADABLE_AUTHORITY and _vouched(active) else objection


def _vouched(active: dict[str, Any]) -> bool:
    """Whether c2pa-rs led the time-stamp to an anchor itself."""
    return any(
        item["code"] == _STAMP_TRUSTED and _UNCHECKED not in item.get("explanation", _UNCHECKED)
        for item in active.get("success") or ()
    )


def _signature(reader: Any, label: str) -> ClaimSignature | None:
    """Read the claim's signature from the manifest store, laid out anew by c2pa-rs."""
    store = io.BytesIO()
    try:
        reader.resource_to_stream(f"self#jumbf=/c2pa/{label}", store)
        return read_signature(store.getvalue(), label)
    except (C2paError, ValueError):
        return None


def _codes(results: dict[str, Any], kind: str) -> frozenset[str]:
    return frozenset(item["code"] for item in results.get(kind) or ())


def _without_manifest(verdict: CredentialVerdict, *reasons: str) -> CredentialReport:
    bad = verdict is CredentialVerdict.MALFORMED
    state = ValidationState.INVALID if bad else ValidationState.NONE
    return CredentialReport(verdict=verdict, validation_state=state, reasons=reasons)
