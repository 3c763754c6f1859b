"""The client of a Raisonné service.

    with Client("127.0.0.1:50051") as client:
        checked = client.screening.check_asset(Path("poster.png").read_bytes())
        print(checked.verdict.outcome)

``AsyncClient`` has the same methods to be awaited. Values are those of ``raisonne.rights``; errors
are subclasses of ``raisonne.rights.errors.RaisonneError``, chosen by the service's reason.
"""

from raisonne.client._async.client import AsyncClient
from raisonne.client._async.datasets import AsyncAudit
from raisonne.client._async.operations import AsyncOperation
from raisonne.client._sync.client import Client
from raisonne.client._sync.datasets import Audit
from raisonne.client._sync.operations import Operation
from raisonne.client.deadlines import Deadlines
from raisonne.client.errors import FieldViolation, InvalidRequestError, TransportError
from raisonne.client.values import (
    AuditedItem,
    AuditSummary,
    CaseAsset,
    CaseFile,
    CheckedAsset,
    CountedReservation,
    CounterFile,
    DisputeFile,
    DocumentFile,
    Download,
    HolderFile,
    NewLicence,
    NoticeFile,
    OperationSnapshot,
    ProvenEntry,
    RecordedReservation,
    Registration,
    Upload,
)

__all__ = [
    "AsyncAudit",
    "AsyncClient",
    "AsyncOperation",
    "Audit",
    "AuditSummary",
    "AuditedItem",
    "CaseAsset",
    "CaseFile",
    "CheckedAsset",
    "Client",
    "CountedReservation",
    "CounterFile",
    "Deadlines",
    "DisputeFile",
    "DocumentFile",
    "Download",
    "FieldViolation",
    "HolderFile",
    "InvalidRequestError",
    "NewLicence",
    "NoticeFile",
    "Operation",
    "OperationSnapshot",
    "ProvenEntry",
    "RecordedReservation",
    "Registration",
    "TransportError",
    "Upload",
]
