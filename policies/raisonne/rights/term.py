"""Words that prompts are screened for: names, marks, characters and whatever a tenant lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_TERM_CHARACTERS = 200
"""Longest term; also the longest reason."""


class TermCategory(StrEnum):
    """What kind of word a term is; policies decide by it."""

    ARTIST = "artist"
    MARK = "mark"
    CHARACTER = "character"
    BANNED = "banned"
    TENANT = "tenant"


class TermGrade(StrEnum):
    """How plainly a term was written."""

    EXACT = "EXACT"
    """The same letters, whatever their case, width or composition."""
    OBSCURED = "OBSCURED"
    """Disguised, but no honest text is written so."""
    FUZZY = "FUZZY"
    """It may be another word: a person has to look."""


class TermSeverity(StrEnum):
    """What a tenant wants of its own list's terms."""

    INFO = "INFO"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


@dataclass(frozen=True, slots=True)
class ScreeningTerm:
    """A listed term.

    Attributes:
        name: ``terms/{id}``.
        tenant: Whose list.
        term: One spelling, as people write it; further spellings are terms of their own.
        category: What it is.
        severity: Of a finding, for the category ``tenant``; the policies decide for the others.
        reason: Why it is listed, one sentence for whoever is refused; may be empty.
        appeal: Where to contest it, for example an address; may be empty.
        languages: BCP 47 languages that the term is written in; they decide how it is romanised.
            Empty for any.
        create_time: UTC.
    """

    name: str
    tenant: str
    term: str
    category: TermCategory
    severity: TermSeverity
    reason: str
    appeal: str
    languages: tuple[str, ...]
    create_time: datetime
