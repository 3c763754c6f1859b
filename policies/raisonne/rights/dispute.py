"""Contested titles: somebody else says that a registered work is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raisonne.rights.work import WorkVersion


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class DisputeWords:
    """What somebody wrote who says that a work is theirs; personal data, kept sealed.

    Attributes:
        claimant: Their name. It becomes the holder's in the work's record if they are right.
        contact: How to reach them; may be empty.
        basis: Why it is theirs.
    """

    claimant: str = ""
    contact: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class TitleDispute:
    """A dispute over who holds the title to a work.

    Attributes:
        name: ``disputes/{id}``.
        tenant: Owner of the work's record.
        work: ``works/{id}``.
        state: Where it stands.
        documents: ``documents/{id}`` that it was opened with.
        sha256: Digest of the sealed words with a random salt, as in the ledger.
        actor: Principal id of who entered it.
        create_time: From when on the title is contested (UTC).
        case: ``cases/{id}`` by which people see it.
        settle_time: Until when it was contested (UTC); None while it is open.
        settled_by: Principal id of who settled it; empty while it is open.
        note: Why it was settled so; may be empty.
        effective_time: From when on the claimant holds the title (UTC), if that was upheld or is
            proposed.
        version: Revision of the work's record that transferred the title; 0 for none.
    """

    name: str
    tenant: str
    work: str
    state: DisputeState
    documents: tuple[str, ...]
    sha256: str
    actor: str
    create_time: datetime
    case: str
    settle_time: datetime | None = None
    settled_by: str = ""
    note: str = ""
    effective_time: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class TitleLink:
    """One link of a chain of title: who holds a work from when on, and by what.

    Attributes:
        holder: Rights holder's name; empty where unknown.
        since: From when on (UTC).
        version: Revision of the record that says so.
        actor: Principal id of who recorded it.
        note: Why, as recorded.
        dispute: ``disputes/{id}`` that transferred it; empty if none did.
        documents: ``documents/{id}`` of that dispute.
    """

    holder: str
    since: datetime
    version: int
    actor: str = ""
    note: str = ""
    dispute: str = ""
    documents: tuple[str, ...] = ()


def title_chain(
    versions: Iterable[WorkVersion], disputes: Iterable[TitleDispute] = ()
) -> tuple[TitleLink, ...]:
    """Return the chain of title of one work: the versions at which its holder changes.

    Versions are taken as they come into force; of several that do at the same time the one recorded
    last holds. What was taken back before it came into force is left out.

    Args:
        versions: All versions of the record.
        disputes: All disputes over it; they say which version transferred the title by a ruling.

    Returns:
        Links in order of their times.
    """
    by_version = {dispute.version: dispute for dispute in disputes if dispute.version}
    latest: dict[datetime, WorkVersion] = {}
    for version in versions:
        known = latest.get(version.effective_time)
        if not version.cancelled_by and (
            known is None or known.work.revision < version.work.revision
        ):
            latest[version.effective_time] = version
    links: list[TitleLink] = []
    for since in sorted(latest):
        version = latest[since]
        if links and links[-1].holder == version.work.holder:
            continue
        links.append(_link(version, by_version.get(version.work.revision)))
    return tuple(links)


def _link(version: WorkVersion, dispute: TitleDispute | None) -> TitleLink:
    return TitleLink(
        holder=version.work.holder,
        since=version.effective_time,
        version=version.work.revision,
        actor=version.actor,
        note=version.note,
        dispute=dispute.name if dispute else "",
        documents=dispute.documents if dispute else (),
    )
