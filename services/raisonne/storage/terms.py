"""Rows of terms that prompts are screened for, and the mark of their changes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast, delete, text, update
from sqlmodel import Session, col, func, select

from raisonne.matching.term_index import ListedTerm
from raisonne.rights.term import ScreeningTerm, TermCategory, TermSeverity
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import ScreeningMarkRow, ScreeningTermRow

_MARK_BITS = 63
_AT_ONCE = 500
"""Values of one statement; SQLite takes 999 at least."""
# Both engines know it, and neither lets two transactions draw marks for one tenant side by side.
_DRAW = text(
    "INSERT INTO screening_mark (tenant, mark) VALUES (:tenant, :mark) "
    "ON CONFLICT (tenant) DO UPDATE SET mark = excluded.mark"
)


def mark_changed(session: Session, tenant: str) -> None:
    """Say that the words which a tenant's prompts are screened for change in this transaction."""
    mark = secrets.randbits(_MARK_BITS)
    session.connection().execute(_DRAW, {"tenant": tenant, "mark": mark})


@dataclass(frozen=True, slots=True)
class SqlTerms:
    """``TermStore`` within one transaction."""

    session: Session

    def mark(self, tenant: str) -> int | None:
        """Return what changes whenever terms or reservations do; None before the first change."""
        return self.session.exec(
            select(ScreeningMarkRow.mark).where(col(ScreeningMarkRow.tenant) == tenant)
        ).one_or_none()

    def find(
        self, tenant: str, keys: Sequence[tuple[TermCategory, str]]
    ) -> Sequence[ScreeningTerm]:
        """Return those of the terms that are listed."""
        # By category, as SQLite does not look up pairs in an index.
        found: list[ScreeningTerm] = []
        for category in TermCategory:
            wanted = [term for kind, term in keys if kind is category]
            for first in range(0, len(wanted), _AT_ONCE):
                rows = self.session.exec(
                    select(ScreeningTermRow).where(
                        col(ScreeningTermRow.tenant) == tenant,
                        col(ScreeningTermRow.category) == category.value,
                        col(ScreeningTermRow.term).in_(wanted[first : first + _AT_ONCE]),
                    )
                )
                found += map(_term, rows)
        return tuple(found)

    def add(self, terms: Sequence[ScreeningTerm]) -> None:
        """Insert terms of one tenant.

        Raises:
            ConflictError: ``ALREADY_EXISTS`` if one of them is listed.
        """
        if terms:
            insert_rows(self.session, ScreeningTermRow, *map(_values, terms))
            mark_changed(self.session, terms[0].tenant)

    def replace(self, term: ScreeningTerm) -> None:
        """Write a term that is listed anew."""
        self.session.exec(
            update(ScreeningTermRow)
            .where(
                col(ScreeningTermRow.tenant) == term.tenant, col(ScreeningTermRow.name) == term.name
            )
            .values(**_values(term))
        )
        mark_changed(self.session, term.tenant)

    def remove(self, tenant: str, names: Sequence[str]) -> Sequence[ScreeningTerm]:
        """Delete terms and return those that there were."""
        removed: list[ScreeningTerm] = []
        for first in range(0, len(names), _AT_ONCE):
            these = (
                col(ScreeningTermRow.tenant) == tenant,
                col(ScreeningTermRow.name).in_(names[first : first + _AT_ONCE]),
            )
            removed += map(_term, self.session.exec(select(ScreeningTermRow).where(*these)))
            self.session.exec(delete(ScreeningTermRow).where(*these))
        if removed:
            mark_changed(self.session, tenant)
        return tuple(removed)

    def list(
        self,
        tenant: str,
        *,
        limit: int,
        after: str = "",
        category: TermCategory | None = None,
    ) -> Sequence[ScreeningTerm]:
        """Return terms ordered by name, at most ``limit``, after the given name."""
        statement = select(ScreeningTermRow).where(
            col(ScreeningTermRow.tenant) == tenant, col(ScreeningTermRow.name) > after
        )
        if category is not None:
            statement = statement.where(col(ScreeningTermRow.category) == category.value)
        rows = self.session.exec(statement.order_by(col(ScreeningTermRow.name)).limit(limit))
        return tuple(map(_term, rows))

    def count(self, tenant: str) -> int:
        """Return how many terms a tenant has listed."""
        return self.session.exec(
            select(func.count()).where(col(ScreeningTermRow.tenant) == tenant)
        ).one()

    def listed(self, tenant: str) -> Sequence[ListedTerm]:
        """Return all terms of a tenant as prompts are screened for them, in order of names."""
        table = ScreeningTermRow.__table__.c  # type: ignore[attr-defined]
        # Few lists have languages, so that they are read as text and each text but once.
        columns: list[Any] = [table.term, table.name, table.category, table.severity]
        columns += [table.reason, table.appeal, cast(table.languages, Text)]
        rows = self.session.connection().execute(
            select(*columns).where(table.tenant == tenant).order_by(table.name)
        )
        return [_listed(*row) for row in rows.fetchall()]


_CATEGORIES = {category.value: category for category in TermCategory}
# Only a tenant's own list says what its terms weigh.
_SEVERITIES = {(TermCategory.TENANT, severity.value): severity for severity in TermSeverity}


def _listed(
    term: str, name: str, category: str, severity: str, reason: str, appeal: str, languages: str
) -> ListedTerm:
    kind = _CATEGORIES[category]
    weight = _SEVERITIES.get((kind, severity))
    return ListedTerm(term, "", name, kind, weight, reason, appeal, _languages(languages))


@lru_cache(maxsize=1024)
def _languages(document: str) -> tuple[str, ...]:
    return tuple(json.loads(document))


def _values(term: ScreeningTerm) -> dict[str, Any]:
    return {
        "tenant": term.tenant,
        "name": term.name,
        "term": term.term,
        "category": term.category.value,
        "severity": term.severity.value,
        "reason": term.reason,
        "appeal": term.appeal,
        "languages": list(term.languages),
        "create_time": term.create_time,
    }


def _term(row: Any) -> ScreeningTerm:
    return ScreeningTerm(
        name=row.name,
        tenant=row.tenant,
        term=row.term,
        category=TermCategory(row.category),
        severity=TermSeverity(row.severity),
        reason=row.reason,
        appeal=row.appeal,
        languages=tuple(row.languages),
        create_time=row.create_time,
    )
