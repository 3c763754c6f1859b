"""Recording several reservations within one transaction, with what it needs looked up at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from raisonne.app.holder_records import require_holder, require_room
from raisonne.app.holders import (
    HOLDERS,
    HolderDraft,
    add_holder,
    made_holder,
    write_change,
)
from raisonne.app.ids import new_name
from raisonne.app.ports import Transaction
from raisonne.app.reservation_drafts import Recorded, ReservationDraft
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, InputError, NotFoundError, RaisonneError
from raisonne.rights.holder import RightsHolder, distinct_names, holder_key
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.reservation import RecordedState, Reservation, ReservationScope

_Subject = tuple[ReservationScope, str]


class Reserving:
    """Makes reservations of drafts. What they reserve is to be added by the caller.

    Args:
        transaction: That all belongs to.
        policies: Who may record and change artists.
        principal: Who reserves.
        now: UTC.
        only_new: Do not record again what was withdrawn, by the same source.
    """

    def __init__(
        self,
        transaction: Transaction,
        policies: Policies,
        principal: Principal,
        now: datetime,
        *,
        only_new: bool,
    ) -> None:
        self._transaction = transaction
        self._policies = policies
        self._principal = principal
        self._now = now
        self._only_new = only_new
        self._owners: dict[str, str] = {}
        self._holders: dict[str, RightsHolder] = {}
        self._known: dict[_Subject, list[Reservation]] = {}

    def look_up(self, drafts: Sequence[ReservationDraft]) -> None:
        """Read the holders and the reservations that drafts may speak of.

        Raises:
            LimitError: If the drafts could bring too many names.
        """
        tenant, holders = self._principal.tenant, self._transaction.holders
        keys = {holder_key(name) for draft in drafts for name in _names(draft)} - {""}
        self._owners = dict(holders.by_keys(tenant, list(keys)))
        require_room(self._transaction, tenant, len(keys - self._owners.keys()))
        named = {draft.artist for draft in drafts if _is_resource(draft.artist)}
        self._holders = dict(holders.many(tenant, [*named, *self._owners.values()]))
        subjects = [(ReservationScope.HOLDER, name) for name in self._holders]
        subjects += [
            (ReservationScope.COLLECTION, d.collection) for d in drafts if d.collection.strip()
        ]
        for each in self._transaction.reservations.of_subjects(tenant, subjects):
            self._known.setdefault((each.scope, each.subject), []).append(each)

    def record(self, draft: ReservationDraft) -> Recorded:
        """Return what becomes of a draft; an artist who is new is recorded.

        Raises:
            AccessError: If the principal may not record or change the artist.
        """
        try:
            scope, subject, called = self._subject(draft)
        except (ConflictError, InputError, NotFoundError) as error:
            return _refused(error)
        known = self._known.setdefault((scope, subject), [])
        earlier = self._earlier(draft, known)
        if earlier is not None:
            return earlier
        reservation = Reservation(
            name=new_name("reservations"),
            tenant=self._principal.tenant,
            scope=scope,
            subject=subject,
            called=called,
            kinds=draft.kinds,
            effective_time=draft.effective_time or self._now,
            end_time=None,
            create_time=self._now,
            actor=self._principal.id,
            note=draft.note,
            source=draft.source,
            evidence_sha256=draft.evidence_sha256,
        )
        known.append(reservation)
        return Recorded(reservation, RecordedState.RECORDED)

    def _earlier(self, draft: ReservationDraft, known: list[Reservation]) -> Recorded | None:
        since = draft.effective_time or self._now
        for each in known:
            stands = each.withdraw_time is None and each.effective_time <= since
            if stands and each.kinds >= draft.kinds:
                return Recorded(each, RecordedState.EXISTS)
        for each in known if self._only_new else ():
            same = (each.kinds, each.source) == (draft.kinds, draft.source)
            if same and each.withdraw_time is not None:
                return Recorded(each, RecordedState.WITHDRAWN)
        return None

    def _subject(self, draft: ReservationDraft) -> tuple[ReservationScope, str, str]:
        if draft.collection.strip():
            return ReservationScope.COLLECTION, draft.collection, draft.collection
        holder = self._holder(draft)
        return ReservationScope.HOLDER, holder.name, holder.display_name

    def _holder(self, draft: ReservationDraft) -> RightsHolder:
        """Return the holder whom a draft means: known, known by fewer names, or new.

        Raises:
            ConflictError: If its names belong to different holders.
            InputError: If there would be too many names.
            NotFoundError: If it names a resource that does not exist.
        """
        names = _names(draft)
        owners = {self._owners[key] for key in map(holder_key, names) if key in self._owners}
        if _is_resource(draft.artist):
            owners.add(draft.artist)
        if len(owners) > 1:
            raise ConflictError(
                f"These names belong to {' and '.join(sorted(owners))}; a reservation is for one.",
                metadata={"name": min(owners)},
            )
        if not owners:
            return self._new(draft)
        (owner,) = owners
        held = self._holders.get(owner)
        if held is None:
            raise NotFoundError(f"There is no rights holder {owner!r}.", metadata={"name": owner})
        return self._with_names(held, names)

    def _new(self, draft: ReservationDraft) -> RightsHolder:
        self._authorise(Permission.HOLDER_CREATE)
        made = HolderDraft(draft.artist, tuple(draft.aliases))
        holder = made_holder(made, self._principal.tenant, self._now)
        add_holder(self._transaction, self._principal, holder, None)
        return self._keep(holder)

    def _with_names(self, held: RightsHolder, names: Sequence[str]) -> RightsHolder:
        wanted = replace(held, aliases=distinct_names((*held.names, *names))[1:])
        if wanted == held:
            return held
        self._authorise(Permission.HOLDER_UPDATE)
        require_holder(wanted)
        changed = write_change(self._transaction, self._principal, held, wanted, self._now)
        return self._keep(changed)

    def _keep(self, holder: RightsHolder) -> RightsHolder:
        self._holders[holder.name] = holder
        self._owners.update({holder_key(name): holder.name for name in holder.names})
        return holder

    def _authorise(self, permission: Permission) -> None:
        authorise(self._policies, self._principal, permission, self._principal.tenant)


def _names(draft: ReservationDraft) -> tuple[str, ...]:
    artist = () if _is_resource(draft.artist) else (draft.artist,)
    return tuple(filter(str.strip, (*artist, *draft.aliases)))


def _is_resource(artist: str) -> bool:
    return artist.startswith(f"{HOLDERS}/")


def _refused(error: RaisonneError) -> Recorded:
    return Recorded(None, None, error)
