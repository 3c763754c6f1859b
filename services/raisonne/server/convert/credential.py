"""What reading a content credential found."""

from __future__ import annotations

from raisonne.api.v1 import credential_pb2
from raisonne.rights.provenance import CredentialReport
from raisonne.server.convert.enums import to_wire


def report_to_message(report: CredentialReport) -> credential_pb2.CredentialReport:
    """Return the message of a report."""
    wire = credential_pb2.CredentialReport
    return wire(
        verdict=to_wire(wire.Verdict, report.verdict),
        validation_state=to_wire(wire.ValidationState, report.validation_state),
        reasons=report.reasons,
        label=report.label,
        signer=report.signer,
        trust_list=report.trust_list,
        time_proven=report.time_proven,
        claim_generator=report.claim_generator,
        actions=report.actions,
        digital_source_types=report.digital_source_types,
        training_mining=dict(report.training_mining),
        generated_by_ai=report.generated_by_ai,
    )
