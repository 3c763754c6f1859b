"""Rows of manifest stores as embedded, for later recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import ManifestRow


@dataclass(frozen=True, slots=True)
class SqlManifests:
    """``ManifestStore`` within one transaction."""

    session: Session

    def add(self, tenant: str, asset: str, label: str, manifest: bytes) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS`` if the label is taken or the asset has a manifest.
        """
        row = {"tenant": tenant, "asset": asset, "label": label, "manifest": manifest}
        insert_rows(self.session, ManifestRow, row)

    def get(self, tenant: str, label: str) -> bytes | None:
        """Return the manifest store with this active label, or None."""
        return self.session.exec(
            select(ManifestRow.manifest).where(
                col(ManifestRow.tenant) == tenant, col(ManifestRow.label) == label
            )
        ).one_or_none()

    def of_asset(self, tenant: str, asset: str) -> str | None:
        """Return the label of an asset's manifest, or None; only released assets have one."""
        return self.session.exec(
            select(ManifestRow.label).where(
                col(ManifestRow.tenant) == tenant, col(ManifestRow.asset) == asset
            )
        ).one_or_none()

    def assets(self, tenant: str, *, limit: int, after: str = "") -> Sequence[str]:
        """Return the assets that have a manifest, in order of name after the given one."""
        return self.session.exec(
            select(ManifestRow.asset)
            .where(col(ManifestRow.tenant) == tenant, col(ManifestRow.asset) > after)
            .order_by(col(ManifestRow.asset))
            .limit(limit)
        ).all()
