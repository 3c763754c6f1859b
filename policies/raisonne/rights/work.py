"""Registered works and the rights record that decides everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raisonne.rights.statement import RightsStatement


class WorkState(StrEnum):
    """Life of a registered work."""

    REGISTERED = "REGISTERED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Work:
    """A registered creative work; it owns the fingerprints of its assets.

    Attributes:
        name: Resource name, ``works/{id}``.
        tenant: Owner of the record.
        title: As given by the registrant.
        holder: Rights holder's name as given; empty where unknown.
        collection: Free grouping label; empty where none.
        external_id: The registrant's own identifier; empty where none.
        source: Where the registrant's file was, for people to recognise it; empty where unknown.
        asset: Name of its primary asset.
        sha256: Digest of the primary asset's bytes.
        state: Withdrawn works match nothing from the next query on.
        rights: The statement in force.
        revision: Counts changes of this record, from 1.
        create_time: When it was registered (UTC).
        update_time: When it last changed (UTC).
    """

    name: str
    tenant: str
    title: str
    holder: str
    collection: str
    external_id: str
    source: str
    asset: str
    sha256: str
    state: WorkState
    rights: RightsStatement
    revision: int
    create_time: datetime
    update_time: datetime


@dataclass(frozen=True, slots=True)
class WorkVersion:
    """What a record says from some time on; versions are added and never edited.

    Attributes:
        work: The record as it is by this version, which is its ``revision``; it was recorded at
            its ``update_time``.
        effective_time: From when on it holds (UTC); may lie before or after it was recorded.
        actor: Principal id of who recorded it; empty where that is not known.
        note: Why, in their words; may be empty.
        cancelled_by: Revision that took it back before it came into force; 0 for none.
    """

    work: Work
    effective_time: datetime
    actor: str = ""
    note: str = ""
    cancelled_by: int = 0


def version_at(versions: Iterable[WorkVersion], at: datetime) -> WorkVersion:
    """Return the version in force at a time.

    It is the one that came into force last by then, and of those that did at the same time the one
    recorded last. Before all of them, the first one holds: a work is no less protected for having
    been registered late.

    Args:
        versions: Of one work.
        at: The time (UTC).

    Raises:
        ValueError: If all were taken back, or there are none.
    """
    standing = [version for version in versions if not version.cancelled_by]
    started = [version for version in standing if version.effective_time <= at]
    if started:
        return max(started, key=lambda one: (one.effective_time, one.work.revision))
    return min(standing, key=lambda one: (one.effective_time, -one.work.revision))
