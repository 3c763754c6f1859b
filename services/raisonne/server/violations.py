"""Requests that are refused before a use case sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from raisonne.rights.errors import InputError


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that cannot be used.

    Attributes:
        field: Path from the request, for example ``rights.territories[2]``.
        reason: Stable code, for example ``REQUIRED``.
        description: One sentence for a person.
    """

    field: str
    reason: str
    description: str


class InvalidRequestError(InputError):
    """Fields of the request are missing or out of bounds.

    Args:
        violations: What is wrong, at least one.
    """

    def __init__(self, violations: Sequence[Violation]) -> None:
        first = violations[0]
        more = f" (and {len(violations) - 1} more)" if violations[1:] else ""
        super().__init__(
            f"{first.field}: {first.description}{more}", metadata={"field": first.field}
        )
        self.violations = tuple(violations)
