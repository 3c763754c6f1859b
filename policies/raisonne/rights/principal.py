"""Who acts, and what can be permitted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles that access policies speak of."""

    GALLERY = "gallery"
    MARKETPLACE = "marketplace"
    AUDITOR = "auditor"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


class Permission(StrEnum):
    """``resource:action``, alphabetical."""

    ASSET_CHECK = "asset:check"
    ASSET_READ = "asset:read"

    CALIBRATION_CREATE = "calibration:create"
    CALIBRATION_READ = "calibration:read"

    CASE_APPEAL = "case:appeal"
    CASE_DECIDE = "case:decide"
    CASE_READ = "case:read"

    CREDENTIAL_READ = "credential:read"

    DATASET_AUDIT = "dataset:audit"

    DISPUTE_CREATE = "dispute:create"
    DISPUTE_READ = "dispute:read"
    DISPUTE_SETTLE = "dispute:settle"

    DOCUMENT_CREATE = "document:create"
    DOCUMENT_ERASE = "document:erase"
    DOCUMENT_READ = "document:read"

    GENERATION_CREATE = "generation:create"
    GENERATION_READ = "generation:read"
    GENERATION_REJUDGE = "generation:rejudge"

    HOLDER_CREATE = "holder:create"
    HOLDER_READ = "holder:read"
    HOLDER_UPDATE = "holder:update"

    INDEX_MAINTAIN = "index:maintain"

    LEDGER_READ = "ledger:read"

    LICENCE_CREATE = "licence:create"
    LICENCE_READ = "licence:read"
    LICENCE_REVOKE = "licence:revoke"

    NOTICE_CREATE = "notice:create"
    NOTICE_DECIDE = "notice:decide"
    NOTICE_READ = "notice:read"

    OPERATION_CANCEL = "operation:cancel"
    OPERATION_READ = "operation:read"

    RESERVATION_CREATE = "reservation:create"
    RESERVATION_READ = "reservation:read"
    RESERVATION_WITHDRAW = "reservation:withdraw"

    TERM_CREATE = "term:create"
    TERM_READ = "term:read"
    TERM_REMOVE = "term:remove"

    WORK_CREATE = "work:create"
    WORK_READ = "work:read"
    WORK_REFRESH = "work:refresh"
    WORK_UPDATE = "work:update"
    WORK_WITHDRAW = "work:withdraw"


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller.

    Attributes:
        id: Stable identifier, for example ``local:operator``.
        tenant: The only tenant it can act in.
        roles: What the access policies may grant by.
    """

    id: str
    tenant: str
    roles: frozenset[Role]
