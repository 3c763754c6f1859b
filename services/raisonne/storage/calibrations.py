"""Rows of calibrations."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from raisonne.app.ports import CalibrationRecord
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import CalibrationRow


@dataclass(frozen=True, slots=True)
class SqlCalibrations:
    """``CalibrationStore`` within one transaction."""

    session: Session

    def add(self, calibration: CalibrationRecord) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        insert_rows(self.session, CalibrationRow, asdict(calibration))

    def latest(self, tenant: str) -> str | None:
        """Return the name of the latest calibration, or None."""
        return self.session.exec(
            select(CalibrationRow.name)
            .where(col(CalibrationRow.tenant) == tenant)
            .order_by(col(CalibrationRow.name).desc())
            .limit(1)
        ).one_or_none()

    def get(self, tenant: str, name: str) -> CalibrationRecord | None:
        """Return the calibration, or None."""
        row = self.session.exec(
            select(CalibrationRow).where(
                col(CalibrationRow.tenant) == tenant, col(CalibrationRow.name) == name
            )
        ).one_or_none()
        return None if row is None else CalibrationRecord(**row.model_dump())
