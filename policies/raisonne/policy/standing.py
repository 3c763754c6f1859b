"""How works stand to a use: by their own statements, or else under licences that were recorded.

A work's own statement is asked about first. Only where it denies is each licence that counts asked
about as if it were the statement, with the work's embargo and its reservations but for those that
the licence releases. One that permits is enough; where none does, the work's own answer stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from raisonne.policy import facts
from raisonne.policy.cedar import Decision, Request, Uid
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.entity_slice import EntitySlice
from raisonne.rights.match import Mechanism
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.statement import ReservationKind
from raisonne.rights.verdict import Judgement, WorkRights
from raisonne.rights.work import WorkState

USE = "use"
"""The action that is asked about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rights policies say of one work.

    Attributes:
        resource: The entity that was decided about: the work, or the licence that permits.
        entities: The slice that it is in.
        decision: The answer.
        grant: Of the licence that permits; None where the work's own statement decided.
    """

    resource: Uid
    entities: EntitySlice
    decision: Decision
    grant: Grant | None = None

    @property
    def licence(self) -> str:
        """``licences/{id}`` that permits; empty where the work's own statement decided."""
        return self.grant.licence if self.grant else ""


def standings(
    bundle: PolicyBundle,
    asked: facts.UseCircumstances,
    records: Mapping[str, WorkRights | None],
    entities: EntitySlice,
) -> dict[str, Standing]:
    """Ask whether works may be used so.

    Args:
        bundle: The policies.
        asked: The use.
        records: By work what is known of it; None where that is nothing.
        entities: Those of the works that are registered.

    Returns:
        An answer for each work, in the order of the records.
    """
    tenant, context = Uid("Tenant", asked.tenant), facts.use_context(asked)
    resources = [facts.work_uid(work, record) for work, record in records.items()]
    decisions = bundle.decide_all(
        [Request(tenant, USE, resource, context) for resource in resources], entities
    )
    found = {
        work: Standing(resource, entities, decision)
        for work, resource, decision in zip(records, resources, decisions, strict=True)
    }
    denied = {
        work: record
        for work, record in records.items()
        if record is not None and record.licences and not found[work].decision.allowed
    }
    return found | _under_licences(bundle, asked, denied) if denied else found


def released(
    bundle: PolicyBundle,
    inputs: Judgement,
    records: Mapping[str, WorkRights],
    entities: EntitySlice,
) -> frozenset[ReservationKind]:
    """Return the reservations that licences set aside for the very works that an input is.

    A licensed copy still says what its holder reserves against everybody else. Only a work whose
    file this is counts, and where it is several, each needs a licence that permits the use.
    """
    same = {match.work for match in inputs.matches if match.mechanism is Mechanism.EXACT}
    licensed = {work: records[work] for work in same & records.keys() if records[work].licences}
    if not licensed or len(licensed) < len(same):
        return frozenset()
    grants = [one.grant for one in standings(bundle, inputs, licensed, entities).values()]
    return frozenset.intersection(*(grant.releases if grant else frozenset() for grant in grants))


def decide_each(
    bundle: PolicyBundle, requests: Sequence[Request], places: Iterable[EntitySlice]
) -> tuple[Decision, ...]:
    """Decide requests over a slice each; those over the same one are decided at once."""
    positions: dict[int, list[int]] = {}
    slices: dict[int, EntitySlice] = {}
    for position, place in enumerate(places):
        slices[id(place)] = place
        positions.setdefault(id(place), []).append(position)
    if len(slices) == 1:
        return bundle.decide_all(requests, *slices.values())
    found: dict[int, Decision] = {}
    for key, members in positions.items():
        decided = bundle.decide_all([requests[member] for member in members], slices[key])
        found.update(zip(members, decided, strict=True))
    return tuple(found[position] for position in range(len(requests)))


def _under_licences(
    bundle: PolicyBundle, asked: facts.UseCircumstances, records: Mapping[str, WorkRights]
) -> dict[str, Standing]:
    options = [
        (work, grant, facts.licence_entity(grant, record))
        for work, record in records.items()
        for grant in record.licences
        if record.state is WorkState.REGISTERED and grant.counts_at(asked.at)
    ]
    tenant, context = Uid("Tenant", asked.tenant), facts.use_context(asked)
    entities = bundle.slice(entity for _, _, entity in options)
    decisions = bundle.decide_all(
        [Request(tenant, USE, entity.uid, context) for _, _, entity in options], entities
    )
    permitting: dict[str, list[Standing]] = {}
    for (work, grant, entity), decision in zip(options, decisions, strict=True):
        if decision.allowed:
            permitting.setdefault(work, []).append(Standing(entity.uid, entities, decision, grant))
    return {work: min(several, key=_burden) for work, several in permitting.items()}


def _burden(standing: Standing) -> tuple[int, str]:
    """Order what permits by how much is owed for it, then by name."""
    owed = {clause.obligation for clause in standing.decision.clauses if clause.obligation}
    return len(owed), standing.licence
