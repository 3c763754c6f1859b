"""Registered works and the rights record that decides everywhere."""

from __future__ import annotations

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
