"""Why a case is decided as it is: a closed list of codes, so that rulings can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from raisonne.rights.case import Ruling


class CaseReason(StrEnum):
    """Codes of decisions; ``RULINGS_OF`` says which ruling each explains."""

    EXCEPTION = "EXCEPTION"
    LICENSED = "LICENSED"
    MISTAKEN = "MISTAKEN"
    NOTICE_UNFOUNDED = "NOTICE_UNFOUNDED"
    NOT_SIMILAR = "NOT_SIMILAR"
    OWN_WORK = "OWN_WORK"
    PUBLIC_DOMAIN = "PUBLIC_DOMAIN"

    COPY = "COPY"
    NOTICE_UPHELD = "NOTICE_UPHELD"
    NOT_LICENSED = "NOT_LICENSED"
    PERSONALITY_RIGHT = "PERSONALITY_RIGHT"
    RESERVED = "RESERVED"
    TERMS = "TERMS"
    TRADEMARK = "TRADEMARK"
    UNPROVEN = "UNPROVEN"

    TITLE_REJECTED = "TITLE_REJECTED"
    TITLE_UPHELD = "TITLE_UPHELD"
    TITLE_WITHDRAWN = "TITLE_WITHDRAWN"

    OTHER = "OTHER"


REASON_TEXTS: Mapping[CaseReason, str] = {
    CaseReason.EXCEPTION: "An exception or limitation of the law covers the use.",
    CaseReason.LICENSED: "A licence covers the use.",
    CaseReason.MISTAKEN: "An earlier ruling rested on a mistake or a misidentification.",
    CaseReason.NOTICE_UNFOUNDED: "The notice does not show that the content is unlawful.",
    CaseReason.NOT_SIMILAR: "The content does not contain what is protected in the work.",
    CaseReason.OWN_WORK: "The right holder uses a work of their own.",
    CaseReason.PUBLIC_DOMAIN: "The work is not protected, or not any more.",
    CaseReason.COPY: "The content contains a protected work or a part of one.",
    CaseReason.NOTICE_UPHELD: "The notice shows that the content infringes the right it names.",
    CaseReason.NOT_LICENSED: "No licence covers the use.",
    CaseReason.PERSONALITY_RIGHT: "The content infringes a right of a person.",
    CaseReason.RESERVED: "The right holder has reserved the use.",
    CaseReason.TERMS: "The content is against the terms of the service.",
    CaseReason.TRADEMARK: "The content infringes a trademark.",
    CaseReason.UNPROVEN: "It cannot be shown that the use is allowed.",
    CaseReason.TITLE_REJECTED: "It is not shown that somebody else holds the title.",
    CaseReason.TITLE_UPHELD: "It is shown that somebody else holds the title.",
    CaseReason.TITLE_WITHDRAWN: "Whoever contested the title took that back.",
    CaseReason.OTHER: "Another reason, which the reviewer has written down.",
}
"""One sentence for each code, as it stands in a statement of reasons."""

_EITHER = frozenset(Ruling)
_CLEARING = frozenset(
    {
        *(CaseReason.EXCEPTION, CaseReason.LICENSED, CaseReason.MISTAKEN, CaseReason.OWN_WORK),
        *(CaseReason.NOTICE_UNFOUNDED, CaseReason.NOT_SIMILAR, CaseReason.PUBLIC_DOMAIN),
        *(CaseReason.TITLE_REJECTED, CaseReason.TITLE_WITHDRAWN),
    }
)
TITLE_REASONS = frozenset(
    {CaseReason.TITLE_REJECTED, CaseReason.TITLE_UPHELD, CaseReason.TITLE_WITHDRAWN}
)
"""Codes that only the settling of a contested title gives."""
RULINGS_OF: Mapping[CaseReason, frozenset[Ruling]] = {
    reason: (
        _EITHER
        if reason is CaseReason.OTHER
        else frozenset({Ruling.CLEAR if reason in _CLEARING else Ruling.REFUSE})
    )
    for reason in CaseReason
}
"""The rulings that each code can explain."""


def reason_text(code: str) -> str:
    """Return the sentence of a code; the code itself where it is of before the list."""
    return REASON_TEXTS[CaseReason(code)] if code in CaseReason.__members__ else code
