"""The port to terms that prompts are screened for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from raisonne.matching.term_index import ListedTerm
from raisonne.rights.term import ScreeningTerm, TermCategory


class TermStore(Protocol):
    """Terms that a tenant's prompts are screened for."""

    def mark(self, tenant: str) -> int | None:
        """Return what changes whenever terms or reservations do; None before the first change."""
        ...

    def find(
        self, tenant: str, keys: Sequence[tuple[TermCategory, str]]
    ) -> Sequence[ScreeningTerm]:
        """Return those of the terms that are listed."""
        ...

    def add(self, terms: Sequence[ScreeningTerm]) -> None:
        """Insert terms of one tenant."""
        ...

    def replace(self, term: ScreeningTerm) -> None:
        """Write a term that is listed anew."""
        ...

    def remove(self, tenant: str, names: Sequence[str]) -> Sequence[ScreeningTerm]:
        """Delete terms and return those that there were."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", category: TermCategory | None = None
    ) -> Sequence[ScreeningTerm]:
        """Return terms ordered by name, at most ``limit``, after the given name."""
        ...

    def count(self, tenant: str) -> int:
        """Return how many terms a tenant has listed."""
        ...

    def listed(self, tenant: str) -> Sequence[ListedTerm]:
        """Return all terms of a tenant as prompts are screened for them."""
        ...
