"""What reading a content credential found."""

from __future__ import annotations

from raisonne.api.v1 import credential_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.rights.provenance import CredentialReport, CredentialVerdict, ValidationState


def report_from_message(message: credential_pb2.CredentialReport) -> CredentialReport:
    """Return the report of a message."""
    wire = credential_pb2.CredentialReport
    return CredentialReport(
        verdict=from_wire(wire.Verdict, CredentialVerdict, message.verdict),
        validation_state=from_wire(wire.ValidationState, ValidationState, message.validation_state),
        reasons=tuple(message.reasons),
        label=message.label,
        signer=message.signer,
        trust_list=message.trust_list,
        time_proven=message.time_proven,
        claim_generator=message.claim_generator,
        actions=tuple(message.actions),
        digital_source_types=tuple(message.digital_source_types),
        training_mining=dict(message.training_mining),
    )
