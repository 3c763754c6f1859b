"""What the server is given: the wired use cases."""

from __future__ import annotations

from raisonne.runtime.wiring import Service
from raisonne.server.application import Application


def application(service: Service) -> Application:
    """Return the server's view of a service."""
    return Application(
        tenant=service.settings.tenant,
        works=service.works,
        work_changes=service.work_changes,
        licences=service.licences,
        check=service.check,
        submit_generation=service.submit_generation,
        artworks=service.artworks,
        operations=service.operations,
        provenance=service.provenance,
        audit_log=service.audit_log,
        review=service.review,
        case_work=service.case_work,
        notices=service.notices,
        counter_notices=service.counter_notices,
        appeals=service.appeals,
        documents=service.documents,
        disputes=service.disputes,
        dispute_rulings=service.dispute_rulings,
        office_registrations=service.office_registrations,
        dataset_audits=service.dataset_audits,
        holders=service.holders,
        reservations=service.reservations,
        clock=service.clock,
    )
