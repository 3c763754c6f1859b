"""Answers to the question whether a registered work may be used in some way."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.rights.work import Work


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause that decided.

    Attributes:
        clause: Identifier of the policy.
        reason: Stable code, for example ``EMBARGO``.
        cites: Legal or contractual ground, as the policy states it; empty where there is none.
        detail: One sentence for a person.
    """

    clause: str
    reason: str
    cites: str
    detail: str


@dataclass(frozen=True, slots=True)
class UseAnswer:
    """Whether a work may be used so, and why.

    Attributes:
        work: The record that was asked about.
        allowed: Whether the policies permit it.
        grounds: The clauses that decided; there is always one.
        licence: ``licences/{id}`` that permits it where the work's own statement does not; empty
            otherwise.
    """

    work: Work
    allowed: bool
    grounds: tuple[Ground, ...]
    licence: str = ""
