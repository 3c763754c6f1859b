"""Rows of rights holders, their names and the versions of their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from raisonne.app.reservation_ports import SaidOfHolder
from raisonne.rights.errors import ConflictError, Reason
from raisonne.rights.holder import HolderVersion, RightsHolder, holder_key
from raisonne.rights.identifier import IdentifierScheme
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.reservation_tables import HolderNameRow, HolderRow, HolderVersionRow
from raisonne.storage.terms import mark_changed

_AT_ONCE = 400
"""Values of one statement; SQLite takes 999 at least."""


@dataclass(frozen=True, slots=True)
class SqlHolders:
    """``HolderStore`` within one transaction."""

    session: Session

    def add(self, holder: RightsHolder, contact: bytes | None, said: SaidOfHolder) -> None:
        """Insert a holder with their names, sealed contact and first version.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if one of the names is another holder's.
        """
        take_lock(self.session, Lock.RESERVATIONS)
        insert_rows(self.session, HolderRow, {**_values(holder), "contact": contact})
        self._name(holder)
        self._version(holder, said)

    def get(self, tenant: str, name: str) -> RightsHolder | None:
        """Return the holder, or None."""
        return self.many(tenant, [name]).get(name)

    def many(self, tenant: str, names: Sequence[str]) -> Mapping[str, RightsHolder]:
        """Return holders by their resource names; unknown ones are left out."""
        rows: list[HolderRow] = []
        for part in _parts(names):
            rows += self.session.exec(
                select(HolderRow).where(
                    col(HolderRow.tenant) == tenant, col(HolderRow.name).in_(part)
                )
            )
        return {holder.name: holder for holder in self._holders(tenant, rows)}

    def contact(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed contact of a holder, or None."""
        return self.session.exec(
            select(HolderRow.contact).where(
                col(HolderRow.tenant) == tenant, col(HolderRow.name) == name
            )
        ).one_or_none()

    def by_keys(self, tenant: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Return whose the names with these keys are, by key; unknown ones are left out."""
        found: dict[str, str] = {}
        for part in _parts(keys):
            rows = self.session.exec(
                select(HolderNameRow.key, HolderNameRow.holder).where(
                    col(HolderNameRow.tenant) == tenant, col(HolderNameRow.key).in_(part)
                )
            )
            found.update(dict(rows.all()))
        return found

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[RightsHolder]:
        """Return holders ordered by resource name, at most ``limit``, after the given one."""
        rows = self.session.exec(
            select(HolderRow)
            .where(col(HolderRow.tenant) == tenant, col(HolderRow.name) > after)
            .order_by(col(HolderRow.name))
            .limit(limit)
        ).all()
        return self._holders(tenant, rows)

    def replace(self, holder: RightsHolder, contact: bytes | None, said: SaidOfHolder) -> None:
        """Write a changed record with its new version.

        Args:
            holder: The record; its revision is one more than the stored one.
            contact: Sealed; the one that is stored stays if None.
            said: The version.

        Raises:
            ConflictError: If it was changed meanwhile, or one of the names is another holder's.
        """
        take_lock(self.session, Lock.RESERVATIONS)
        values = _values(holder)
        # Nothing is left of a contact that was taken out.
        if contact is not None or not holder.contact_sha256:
            values["contact"] = contact
        changed = self.session.exec(
            update(HolderRow)
            .where(
                col(HolderRow.tenant) == holder.tenant,
                col(HolderRow.name) == holder.name,
                col(HolderRow.revision) == holder.revision - 1,
            )
            .values(**values)
        )
        if changed.rowcount != 1:
            raise ConflictError(
                f"{holder.name} was changed meanwhile.", metadata={"name": holder.name}
            )
        self.session.exec(
            delete(HolderNameRow).where(
                col(HolderNameRow.tenant) == holder.tenant,
                col(HolderNameRow.holder) == holder.name,
            )
        )
        self._name(holder)
        self._version(holder, said)

    def versions(self, tenant: str, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a record in the order in which they were recorded."""
        holder = self.get(tenant, name)
        if holder is None:
            return ()
        rows = self.session.exec(
            select(HolderVersionRow)
            .where(col(HolderVersionRow.tenant) == tenant, col(HolderVersionRow.holder) == name)
            .order_by(col(HolderVersionRow.revision))
        )
        return tuple(_version(holder, row) for row in rows)

    def count_names(self, tenant: str) -> int:
        """Return how many names the holders of a tenant have."""
        return self.session.exec(
            select(func.count()).where(col(HolderNameRow.tenant) == tenant)
        ).one()

    def _name(self, holder: RightsHolder) -> None:
        """Insert the names of a holder.

        Raises:
            ConflictError: ``ALREADY_EXISTS``, naming the first one that is another holder's.
        """
        keys = {holder_key(name): name for name in holder.names}
        taken = self.by_keys(holder.tenant, list(keys))
        if taken:
            key, owner = min(taken.items())
            raise ConflictError(
                f"“{keys[key]}” is a name of {owner} already; a name has one holder.",
                reason=Reason.ALREADY_EXISTS,
                metadata={"name": owner},
            )
        rows = [
            {
                "tenant": holder.tenant,
                "key": key,
                "holder": holder.name,
                "position": position,
                "spelling": name,
            }
            for position, (key, name) in enumerate(keys.items())
        ]
        insert_rows(self.session, HolderNameRow, *rows)
        mark_changed(self.session, holder.tenant)

    def _version(self, holder: RightsHolder, said: SaidOfHolder) -> None:
        row = {
            "tenant": holder.tenant,
            "holder": holder.name,
            "revision": holder.revision,
            "record_time": holder.update_time,
            "actor": said.actor,
            "sha256": said.sha256,
            "said": dict(said.document),
        }
        insert_rows(self.session, HolderVersionRow, row)

    def _holders(self, tenant: str, rows: Sequence[HolderRow]) -> Sequence[RightsHolder]:
        names: dict[str, list[str]] = {row.name: [] for row in rows}
        for part in _parts(names):
            spelt = self.session.exec(
                select(HolderNameRow.holder, HolderNameRow.spelling)
                .where(col(HolderNameRow.tenant) == tenant, col(HolderNameRow.holder).in_(part))
                .order_by(col(HolderNameRow.holder), col(HolderNameRow.position))
            )
            for holder, spelling in spelt:
                names[holder].append(spelling)
        return tuple(_holder(row, names[row.name][1:]) for row in rows)


def _values(holder: RightsHolder) -> dict[str, Any]:
    return {
        "tenant": holder.tenant,
        "name": holder.name,
        "display_name": holder.display_name,
        "identifiers": {scheme.value: text for scheme, text in holder.identifiers.items()},
        "contact_sha256": holder.contact_sha256,
        "note": holder.note,
        "revision": holder.revision,
        "create_time": holder.create_time,
        "update_time": holder.update_time,
    }


def _holder(row: HolderRow, aliases: Sequence[str]) -> RightsHolder:
    return RightsHolder(
        name=row.name,
        tenant=row.tenant,
        display_name=row.display_name,
        aliases=tuple(aliases),
        identifiers=_identifiers(row.identifiers),
        contact_sha256=row.contact_sha256,
        note=row.note,
        revision=row.revision,
        create_time=row.create_time,
        update_time=row.update_time,
    )


def _version(holder: RightsHolder, row: HolderVersionRow) -> HolderVersion:
    said = row.said
    was = replace(
        holder,
        display_name=said["display_name"],
        aliases=tuple(said["aliases"]),
        identifiers=_identifiers(said["identifiers"]),
        contact_sha256=said["contact_sha256"],
        note=said["note"],
        revision=row.revision,
        update_time=row.record_time,
    )
    return HolderVersion(was, row.actor, row.sha256)


def _identifiers(stored: Mapping[str, str]) -> dict[IdentifierScheme, str]:
    return {scheme: stored[scheme.value] for scheme in IdentifierScheme if scheme.value in stored}


def _parts(values: Sequence[str] | Mapping[str, Any]) -> Sequence[list[str]]:
    sorted_ = sorted(set(values))
    return [sorted_[first : first + _AT_ONCE] for first in range(0, len(sorted_), _AT_ONCE)]
