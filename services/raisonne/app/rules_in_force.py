"""What a tenant's likenesses are judged by."""

from __future__ import annotations

import json

from raisonne.app.ports import CalibrationRecord, Transaction, Transactions
from raisonne.fingerprint.local import ALGORITHM as LOCAL_ALGORITHM
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.matching.calibration import SHIPPED, ScoringRules
from raisonne.matching.rules_document import rules_from_fields
from raisonne.rights.errors import NotFoundError

ALGORITHMS = (PDQ_ALGORITHM, LOCAL_ALGORITHM)
"""Whose likenesses a calibration's curves are over; embedders have theirs by name."""


class RulesInForce:
    """The rules that a tenant's latest calibration gave, else those shipped.

    They are asked for before every search; one look at the latest name tells whether those known
    still hold.

    Args:
        transactions: Where calibrations are kept.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._known: dict[str, tuple[str, ScoringRules]] = {}

    def __call__(self, tenant: str) -> ScoringRules:
        """Return the rules.

        Raises:
            StorageError: If the catalogue cannot serve.
        """
        with self._transactions.read() as transaction:
            name = transaction.calibrations.latest(tenant)
            if name is None:
                return SHIPPED
            known = self._known.get(tenant)
            if known is not None and known[0] == name:
                return known[1]
            rules = _rules(stored(transaction, tenant, name))
        self._known[tenant] = name, rules
        return rules


def applies(record: CalibrationRecord) -> bool:
    """Whether a calibration speaks of the fingerprints that are compared today."""
    return tuple(json.loads(record.document)["algorithms"]) == ALGORITHMS


def stored(transaction: Transaction, tenant: str, name: str) -> CalibrationRecord:
    """Return a calibration.

    Raises:
        NotFoundError: If the tenant has none of this name.
    """
    record = transaction.calibrations.get(tenant, name)
    if record is None:
        raise NotFoundError(f"There is no {name!r}.", metadata={"name": name})
    return record


def _rules(record: CalibrationRecord) -> ScoringRules:
    return rules_from_fields(json.loads(record.document)["rules"]) if applies(record) else SHIPPED
