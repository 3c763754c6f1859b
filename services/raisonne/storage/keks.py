"""Rows of wrapped key encryption keys."""

from __future__ import annotations

from sqlmodel import col, select

from raisonne.rights.errors import ConflictError
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Database
from raisonne.storage.tables import KekRow


class SqlKeks:
    """Key encryption keys by tenant, purpose and version; each call is its own transaction.

    Args:
        database: Where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, tenant: str, purpose: str) -> tuple[int, bytes] | None:
        """Return the newest version and the wrapped key, or None.

        Raises:
            StorageError: If the database cannot serve.
        """
        with self._database.read() as session:
            return session.exec(
                select(KekRow.version, KekRow.wrapped)
                .where(col(KekRow.tenant) == tenant, col(KekRow.purpose) == purpose)
                .order_by(col(KekRow.version).desc())
                .limit(1)
            ).one_or_none()

    def get(self, tenant: str, purpose: str, version: int) -> bytes | None:
        """Return one version's wrapped key, or None.

        Raises:
            StorageError: If the database cannot serve.
        """
        with self._database.read() as session:
            return session.exec(
                select(KekRow.wrapped).where(
                    col(KekRow.tenant) == tenant,
                    col(KekRow.purpose) == purpose,
                    col(KekRow.version) == version,
                )
            ).one_or_none()

    def add(self, tenant: str, purpose: str, version: int, wrapped: bytes) -> bool:
        """Insert a version; False, and nothing changed, where that version exists already.

        Raises:
            StorageError: If the database cannot serve.
        """
        row = {"tenant": tenant, "purpose": purpose, "version": version, "wrapped": wrapped}
        try:
            with self._database.write() as session:
                insert_rows(session, KekRow, row)
        except ConflictError:
            return False
        return True
