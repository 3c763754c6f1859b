"""What the server needs: the use cases that its methods call, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.appeals import Appeals
from raisonne.app.audit_log import AuditLog
from raisonne.app.case_work import CaseWork
from raisonne.app.check import Check
from raisonne.app.counter_notices import CounterNotices
from raisonne.app.dataset_audit import DatasetAudits
from raisonne.app.dispute_rulings import DisputeRulings
from raisonne.app.disputes import Disputes
from raisonne.app.documents import Documents
from raisonne.app.generation_jobs import SubmitGeneration
from raisonne.app.holders import Holders
from raisonne.app.licences import Licences
from raisonne.app.notices import Notices
from raisonne.app.office_registrations import OfficeRegistrations
from raisonne.app.operations import Artworks, Operations
from raisonne.app.ports import Clock
from raisonne.app.provenance import Provenance
from raisonne.app.reservations import Reservations
from raisonne.app.review import Review
from raisonne.app.work_changes import WorkChanges
from raisonne.app.works import Works


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Use cases by name, as the composition root made them.

    Attributes:
        tenant: Tenant that callers act in until identities are configured.
        works: The registry.
        work_changes: Changes of its records, and their history.
        licences: Licences that were negotiated for works.
        check: Screening.
        submit_generation: Accepts generation jobs; workers run them elsewhere.
        artworks: Reads what generations made.
        operations: Reads and cancels jobs.
        provenance: Reads credentials.
        audit_log: Reads the ledger.
        review: Reads and decides cases.
        case_work: Leases cases, and takes rulings back.
        notices: Receives and reads notices.
        counter_notices: Receives counter-notices, and restores what was taken down.
        appeals: Contests rulings, and states their reasons.
        documents: Keeps evidence.
        disputes: Contests titles, and reads who holds a work.
        dispute_rulings: Settles contested titles.
        office_registrations: Registrations of works elsewhere, and what falls due.
        dataset_audits: Audits items of datasets.
        holders: Records and reads rights holders.
        reservations: Records, reads and withdraws what they reserve for all works.
        clock: The time.
    """

    tenant: str
    works: Works
    work_changes: WorkChanges
    licences: Licences
    check: Check
    submit_generation: SubmitGeneration
    artworks: Artworks
    operations: Operations
    provenance: Provenance
    audit_log: AuditLog
    review: Review
    case_work: CaseWork
    notices: Notices
    counter_notices: CounterNotices
    appeals: Appeals
    documents: Documents
    disputes: Disputes
    dispute_rulings: DisputeRulings
    office_registrations: OfficeRegistrations
    dataset_audits: DatasetAudits
    holders: Holders
    reservations: Reservations
    clock: Clock
