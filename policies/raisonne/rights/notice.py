"""Notices against content, counter-notices, and the fields that the law asks of them.

Sources: Regulation (EU) 2022/2065 (DSA) Art. 16(2); 17 U.S.C. 512(c)(3)(A) and (g)(2)-(3) (DMCA).
The fields are what a record needs; whether a claim is right is for people, and none of this is
legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RESTORE_FROM_DAYS = 10
"""Business days after a counter-notice before which nothing is restored, 512(g)(2)(C)."""
RESTORE_UNTIL_DAYS = 14
"""Business days after a counter-notice by which it is restored, 512(g)(2)(C)."""
_SATURDAY = 5


class NoticeBasis(StrEnum):
    """What a complainant says is infringed."""

    COPYRIGHT = "COPYRIGHT"
    TRADEMARK = "TRADEMARK"
    PERSONALITY_RIGHT = "PERSONALITY_RIGHT"
    OTHER = "OTHER"


class Regime(StrEnum):
    """Rules on what a notice must contain."""

    DSA = "DSA"
    DMCA = "DMCA"


class NoticeState(StrEnum):
    """Where a notice stands. What became of what it is against, its cases say."""

    INCOMPLETE = "INCOMPLETE"
    COMPLETE = "COMPLETE"
    RETRACTED = "RETRACTED"


class NoticeEvent(StrEnum):
    """What its notifier makes known later."""

    RETRACTED = "RETRACTED"
    COURT_ACTION = "COURT_ACTION"


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a notifier wrote; personal data, sealed wherever it is kept.

    Attributes:
        explanation: Why the content is unlawful.
        location: Exactly where it is, for example its address.
        work_description: The work that is infringed, in words.
        work_url: Where that work can be seen; may be empty.
        holder: Right holder's name; the notifier's if empty.
        name: Of the notifier.
        email: Of the notifier.
        signature: Physical or electronic signature, as text.
        good_faith: Whether they state that they believe in good faith that the use is not
            authorised, and that what they say is accurate and complete.
        accuracy: Whether they state under penalty of perjury that they are the right holder or act
            for them, and that the notice is accurate.
        authority: Whether they state that they are authorised to act for the right holder.
    """

    explanation: str = ""
    location: str = ""
    work_description: str = ""
    work_url: str = ""
    holder: str = ""
    name: str = ""
    email: str = ""
    signature: str = ""
    good_faith: bool = False
    accuracy: bool = False
    authority: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept in the clear; what its notifier wrote is sealed beside it.

    Attributes:
        name: ``notices/{id}``.
        tenant: Whose content it is against.
        state: Where it stands.
        basis: What is said to be infringed.
        territory: Where: ISO 3166-1 alpha-2, or ``*``.
        targets: What it is against: ``generations/{id}`` and ``works/{id}``.
        work: The complainant's work where it is registered here, ``works/{id}``; else empty.
        missing: Fields that each regime still misses, for the regimes that speak of this basis.
        sha256: Digest of the sealed words with a random salt, so that it can be proven later what
            they were, and not be guessed.
        receive_time: When it was received (UTC).
        filed_by: Principal id of who entered it.
        retract_time: When its notifier took it back (UTC), if so.
        court_action_time: When its notifier said that they went to court (UTC), if so.
    """

    name: str
    tenant: str
    state: NoticeState
    basis: NoticeBasis
    territory: str
    targets: tuple[str, ...]
    work: str
    missing: Mapping[Regime, tuple[str, ...]]
    sha256: str
    receive_time: datetime
    filed_by: str
    retract_time: datetime | None = None
    court_action_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class CounterWords:
    """What somebody wrote whose content was taken down; personal data, sealed.

    Attributes:
        name: Of who sends it.
        address: Postal.
        telephone: Number.
        location: Where the content was before it was taken down.
        signature: Physical or electronic signature, as text.
        explanation: Further words; may be empty.
        mistake: Whether they state under penalty of perjury that they believe in good faith that
            it was taken down by mistake or misidentification.
        jurisdiction: Whether they consent to the jurisdiction of the court that is competent.
        service: Whether they accept service of process from the notifier.
    """

    name: str = ""
    address: str = ""
    telephone: str = ""
    location: str = ""
    signature: str = ""
    explanation: str = ""
    mistake: bool = False
    jurisdiction: bool = False
    service: bool = False


@dataclass(frozen=True, slots=True)
class CounterNotice:
    """A counter-notice as it is kept in the clear.

    Attributes:
        name: ``counterNotices/{id}``.
        tenant: Whose content was taken down.
        case: ``cases/{id}`` that it contests.
        notice: ``notices/{id}`` that opened the case.
        sha256: As of a notice.
        receive_time: When it was received (UTC).
        restore_from: Before this nothing is restored, unless the notice was retracted (UTC).
        restore_until: By this it is to be restored, unless its notifier went to court (UTC).
        filed_by: Principal id of who entered it.
    """

    name: str
    tenant: str
    case: str
    notice: str
    sha256: str
    receive_time: datetime
    restore_from: datetime
    restore_until: datetime
    filed_by: str


def missing_fields(
    words: NoticeWords, basis: NoticeBasis, targets: tuple[str, ...], work: str
) -> Mapping[Regime, tuple[str, ...]]:
    """Return what each regime that speaks of a basis still misses, by regime.

    The DSA speaks of all unlawful content, 512(c)(3) of copyright alone. A notice that is against
    something that is named here says exactly where that is; words on where are not needed then.

    Args:
        words: What the notifier wrote.
        basis: What is said to be infringed.
        targets: What the notice is against.
        work: The complainant's registered work, or empty.
    """
    given = {
        "targets": bool(targets),
        "location": bool(targets or words.location.strip()),
        "explanation": bool(words.explanation.strip()),
        "name": bool(words.name.strip()),
        "email": "@" in words.email.strip()[1:-1],
        "good_faith": words.good_faith,
        "signature": bool(words.signature.strip()),
        "work": bool(work or words.work_description.strip()),
        "accuracy": words.accuracy,
        "authority": words.authority,
    }
    # "targets" is ours: without it there is nothing that a case could be opened on.
    asked: dict[Regime, tuple[str, ...]] = {
        Regime.DSA: ("targets", "explanation", "location", "name", "email", "good_faith")
    }
    if basis is NoticeBasis.COPYRIGHT:
        asked[Regime.DMCA] = (
            *("targets", "signature", "work", "location", "name", "email"),
            *("good_faith", "accuracy", "authority"),
        )
    return {
        regime: tuple(field for field in fields if not given[field])
        for regime, fields in asked.items()
    }


def is_complete(missing: Mapping[Regime, tuple[str, ...]]) -> bool:
    """Return whether a notice meets one regime in full; nobody has to meet two."""
    return any(not fields for fields in missing.values())


def missing_counter_fields(words: CounterWords) -> tuple[str, ...]:
    """Return what 512(g)(3) asks of a counter-notice and this one lacks."""
    texts = ("name", "address", "telephone", "location", "signature")
    lacking = [field for field in texts if not getattr(words, field).strip()]
    statements = ("mistake", "jurisdiction", "service")
    return (*lacking, *(field for field in statements if not getattr(words, field)))


def add_business_days(start: datetime, days: int) -> datetime:
    """Return the same time of day so many weekdays later.

    Business days are Monday to Friday. Public holidays differ by place and are not known here, so
    all weekdays count; where a holiday lies between, the last day may come a day later by law. What
    comes in on a Saturday or Sunday counts from the Monday after, which is day 1.

    Args:
        start: When it was received.
        days: How many, 0 or more.
    """
    when = start
    for _ in range(days):
        when += timedelta(days=1)
        while when.weekday() >= _SATURDAY:
            when += timedelta(days=1)
    return when


def restore_window(received: datetime) -> tuple[datetime, datetime]:
    """Return from when on and until when content is restored after a counter-notice."""
    return (
        add_business_days(received, RESTORE_FROM_DAYS),
        add_business_days(received, RESTORE_UNTIL_DAYS),
    )
