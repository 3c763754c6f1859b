from __future__ import annotations

from dataclasses import replace

import pytest
from tests.congruence.builders import TENANT, make_verdict

from raisonne.rights.errors import ConflictError
from raisonne.storage.transactions import SqlTransactions


def test_a_verdict_reads_back_exactly(transactions: SqlTransactions) -> None:
    verdict = make_verdict()
    with transactions.write() as transaction:
        transaction.verdicts.add(verdict)
    with transactions.read() as transaction:
        assert transaction.verdicts.get(TENANT, verdict.name) == verdict
        assert transaction.verdicts.get("other", verdict.name) is None
        assert transaction.verdicts.get(TENANT, "verdicts/none") is None


def test_a_verdict_is_not_overwritten(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.verdicts.add(make_verdict())
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.verdicts.add(replace(make_verdict(), obligations=()))
