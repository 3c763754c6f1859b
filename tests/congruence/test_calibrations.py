from __future__ import annotations

import pytest
from tests.congruence.builders import TENANT, make_calibration

from raisonne.rights.errors import ConflictError
from raisonne.storage.transactions import SqlTransactions


def test_the_latest_calibration_of_a_tenant_is_in_force(transactions: SqlTransactions) -> None:
    with transactions.read() as transaction:
        assert transaction.calibrations.latest(TENANT) is None
        assert transaction.calibrations.get(TENANT, "calibrations/000000") is None
    first, second = make_calibration(1), make_calibration(2, version="calibration-2")
    with transactions.write() as transaction:
        transaction.calibrations.add(second)
        transaction.calibrations.add(first)
        transaction.calibrations.add(make_calibration(3, tenant="other"))
    with transactions.read() as transaction:
        assert transaction.calibrations.latest(TENANT) == second.name
        assert transaction.calibrations.latest("other") == "calibrations/000003"
        assert transaction.calibrations.latest("nobody") is None


def test_a_calibration_is_read_as_it_was_written(transactions: SqlTransactions) -> None:
    calibration = make_calibration()
    with transactions.write() as transaction:
        transaction.calibrations.add(calibration)
    with transactions.read() as transaction:
        assert transaction.calibrations.get(TENANT, calibration.name) == calibration
        assert transaction.calibrations.get("other", calibration.name) is None


def test_a_calibration_is_never_replaced(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.calibrations.add(make_calibration())
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.calibrations.add(make_calibration(version="another"))
    with transactions.read() as transaction:
        stored = transaction.calibrations.get(TENANT, make_calibration().name)
    assert stored == make_calibration()
