"""Rows of stored files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, update
from sqlmodel import Session, col, select

from raisonne.app.sealing import BlobRecord, Withdrawn, WrappedKey
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.errors import ConflictError
from raisonne.storage.columns import insert_rows
from raisonne.storage.document_tables import DOCUMENT_IS_KEPT, DocumentRow
from raisonne.storage.engine import Database
from raisonne.storage.tables import WORK_IS_WITHDRAWN, AssetRow, CatalogueRow, WorkRow


@dataclass(frozen=True, slots=True)
class SqlAssets:
    """``AssetStore`` within one transaction."""

    session: Session

    def add(self, asset: Asset, blob: BlobRecord) -> None:
        """Insert the row that makes the blob count.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        insert_rows(
            self.session,
            AssetRow,
            {
                "tenant": asset.tenant,
                "name": asset.name,
                "sha256": asset.sha256,
                "pixel_sha256": asset.pixel_sha256,
                "media_type": asset.media_type,
                "size_bytes": asset.size_bytes,
                "width": asset.width,
                "height": asset.height,
                "origin": asset.origin.value,
                "create_time": asset.create_time,
                "location": blob.location,
                "key_version": blob.key.version,
                "wrapped_key": blob.key.wrapped,
            },
        )

    def get(self, tenant: str, name: str) -> Asset | None:
        """Return the asset, or None."""
        row = self._row(tenant, name)
        if row is None:
            return None
        return Asset(
            name=row.name,
            tenant=row.tenant,
            sha256=row.sha256,
            pixel_sha256=row.pixel_sha256,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            width=row.width,
            height=row.height,
            origin=AssetOrigin(row.origin),
            create_time=row.create_time,
        )

    def newest(self, tenant: str) -> str | None:
        """Return the name of the asset that was made last, or None."""
        return self.session.exec(
            select(AssetRow.name)
            .where(col(AssetRow.tenant) == tenant)
            .order_by(col(AssetRow.name).desc())
            .limit(1)
        ).first()

    def blob(self, tenant: str, name: str) -> BlobRecord | None:
        """Return where the asset's bytes lie; None if there is no such asset or it was erased."""
        row = self._row(tenant, name)
        if row is None or row.erase_time is not None:
            return None
        return BlobRecord(row.location, WrappedKey(row.key_version, row.wrapped_key))

    def withdrawn(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Withdrawn]:
        """Return files of works that are all withdrawn and stay so, by name, and are not erased."""
        # Each work has a file of its own, made when it was registered.
        its_file = and_(
            col(AssetRow.tenant) == col(WorkRow.tenant), col(AssetRow.name) == col(WorkRow.asset)
        )
        statement = (
            select(AssetRow.name, AssetRow.location, WorkRow.name)
            .select_from(WorkRow)
            .join(AssetRow, its_file)
            .where(
                col(WorkRow.tenant) == tenant,
                WORK_IS_WITHDRAWN,
                col(WorkRow.asset) > after,
                col(WorkRow.next_time).is_(None),
                col(AssetRow.erase_time).is_(None),
            )
            .order_by(col(WorkRow.asset))
            .limit(limit)
        )
        found = self.session.exec(statement).all()
        return tuple(Withdrawn(asset, where, work) for asset, where, work in found)

    def erase(self, tenant: str, name: str, when: datetime) -> None:
        """Forget where an asset's bytes lie and the key that opens them; its record stays.

        Raises:
            ConflictError: If there is no such asset, or it was erased before.
        """
        erased = self.session.exec(
            update(AssetRow)
            .where(
                col(AssetRow.tenant) == tenant,
                col(AssetRow.name) == name,
                col(AssetRow.erase_time).is_(None),
            )
            .values(erase_time=when, wrapped_key=b"", location=f"erased:{tenant}:{name}")
        )
        if erased.rowcount != 1:
            raise ConflictError(f"{name} is erased already.", metadata={"name": name})

    def _row(self, tenant: str, name: str) -> AssetRow | None:
        return self.session.exec(
            select(AssetRow).where(col(AssetRow.tenant) == tenant, col(AssetRow.name) == name)
        ).one_or_none()


def known_locations(database: Database) -> set[str]:
    """Return the location of every blob that a committed row names, for the sweep of the rest.

    Raises:
        StorageError: If the database cannot serve.
    """
    with database.read() as session:
        stored = select(AssetRow.location).where(col(AssetRow.erase_time).is_(None))
        documents = select(DocumentRow.location).where(DOCUMENT_IS_KEPT)
        return {*session.exec(stored), *session.exec(documents)}


def catalogue_id(database: Database) -> str:
    """Return the random identity of the catalogue, which folders of blobs are bound to.

    Raises:
        StorageError: If the database cannot serve.
    """
    with database.read() as session:
        return session.exec(select(CatalogueRow.id)).one()
