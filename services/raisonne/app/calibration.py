"""Calibrating a registry on its own pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import CalibrationRecord, Clock, Transactions
from raisonne.app.rules_in_force import ALGORITHMS, RulesInForce, stored
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.evaluation.calibrating import calibrate
from raisonne.evaluation.calibration_report import calibration_fields
from raisonne.evaluation.observing import Observation
from raisonne.fingerprint.decoding import Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.matching.calibration import ScoringRules
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import InputError, LimitError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.work import Work, WorkState

if TYPE_CHECKING:
    from raisonne.evaluation.engines import Sample
    from raisonne.evaluation.leave_one_out import LeaveOneOut, Subject

SAMPLE = 200
"""Works, and pictures of the background, that are asked at most."""
UNKNOWN_KIND = "unknown"
_PAGE = 500
_SEED = 20261124


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of a picture.

    Attributes:
        kind: For example ``painting``.
        scene: Equal for works that are known to show the same; empty where nothing is.
    """

    kind: str = UNKNOWN_KIND
    scene: str = ""


@dataclass(frozen=True, slots=True)
class BackgroundPicture:
    """A picture that is registered nowhere.

    Attributes:
        name: The file's.
        kind: For example ``photo``.
        read: Returns the file.
    """

    name: str
    kind: str
    read: Callable[[], bytes]


@dataclass(slots=True)
class CalibrationRun:
    """A calibration under way; nothing is written before it is stored.

    Attributes:
        subjects: The pictures to ask, one after the other.
        works: Size of the registry.
        index_revision: As of which the registry is looked at.
        rules: In force by now.
        examiner: Asks them.
        embedder: Algorithm of the global descriptor in use.
        unreadable: Names of pictures that could not be read and were passed over.
        observations: What was said of each picture.
    """

    subjects: Sequence[Subject]
    works: int
    index_revision: int
    rules: ScoringRules
    examiner: LeaveOneOut
    embedder: str
    unreadable: list[str] = field(default_factory=list)
    observations: list[Sequence[Observation]] = field(default_factory=list)

    def ask(self, number: int) -> None:
        """Ask one picture, as it is and altered; pass it over if it cannot be read.

        Raises:
            StorageError: If a registered file is missing or the catalogue cannot serve.
        """
        try:
            self.observations.append(self.examiner.ask(self.subjects, number))
        except (InputError, LimitError):
            self.unreadable.append(self.subjects[number].name)

    def fields(self, up_to: int | None = None) -> dict[str, Any]:
        """Fit rules to what was asked and return all that a calibration keeps, as for JSON.

        Args:
            up_to: Size of the registry up to which the rules are to hold; ten times as large as it
                is if None.

        Raises:
            InputError: If too few pictures were asked, or the registry is larger already.
        """
        fit = calibrate(self.observations, self.rules, self.embedder, self.works, up_to)
        found = calibration_fields(fit, self.observations, self.examiner.related)
        return {
            "version": fit.rules.version,
            "index_revision": self.index_revision,
            "algorithms": list(ALGORITHMS),
            "unreadable": len(self.unreadable),
            **found,
        }


@dataclass(frozen=True, slots=True)
class Calibrations:
    """Use cases ``calibration:*``."""

    decoder: Decoder
    extractor: Extractor
    index: CatalogueIndex
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock
    rules: RulesInForce

    def begin(
        self,
        principal: Principal,
        *,
        label: Callable[[Work], Label] = lambda _work: Label(),
        background: Sequence[BackgroundPicture] = (),
        sample: int = SAMPLE,
    ) -> CalibrationRun:
        """Choose the pictures that will be asked.

        Args:
            principal: Who calibrates.
            label: What is known of a work.
            background: Pictures that are registered nowhere.
            sample: At most so many works, and so many pictures of the background.

        Raises:
            AccessError: If the principal may not calibrate.
            InputError: If there is no picture to compare another with.
        """
        # Every command would pay for the suite of alterations.
        from raisonne.evaluation.leave_one_out import LeaveOneOut, Subject  # noqa: PLC0415

        authorise(self.policies, principal, Permission.CALIBRATION_CREATE, principal.tenant)
        tenant, rules = principal.tenant, self.rules(principal.tenant)
        revision = self.index.refresh(tenant)
        with self.transactions.read() as transaction:
            works = transaction.works.count(tenant, WorkState.REGISTERED)
        chosen, subjects, scenes = _places(works, sample), [], {}
        for place, work in enumerate(self._registered(tenant)):
            known = label(work)
            if known.scene:
                scenes[work.name] = known.scene
            if place in chosen:
                load = partial(self._registered_sample, work)
                subjects.append(Subject(work.name, work.name, known.kind, load))
        for place in sorted(_places(len(background), sample)):
            picture = background[place]
            load = partial(self._sample, picture.read)
            subjects.append(Subject(picture.name, "", picture.kind, load))
        if len(subjects) < 2:  # noqa: PLR2004
            raise InputError("There are no two pictures to compare with one another.")
        examiner = LeaveOneOut(self.index, tenant, self.extractor, rules, scenes, _SEED)
        embedder = self.extractor.embedder.algorithm
        return CalibrationRun(subjects, works, revision, rules, examiner, embedder)

    def store(self, principal: Principal, fields: Mapping[str, Any]) -> CalibrationRecord:
        """Put a finished calibration in force, from the next search on.

        Args:
            principal: Who calibrates.
            fields: As ``CalibrationRun.fields`` returned them.

        Raises:
            AccessError: If the principal may not calibrate.
        """
        authorise(self.policies, principal, Permission.CALIBRATION_CREATE, principal.tenant)
        now = self.clock.now()
        document = json.dumps(fields, ensure_ascii=False)
        record = CalibrationRecord(
            name=new_name("calibrations"),
            tenant=principal.tenant,
            version=fields["version"],
            index_revision=fields["index_revision"],
            works=fields["sample"]["works"],
            document=document,
            create_time=now,
        )
        details = {
            "version": record.version,
            "index_revision": str(record.index_revision),
            "works": str(record.works),
            "pictures": str(fields["sample"]["pictures"]),
        }
        digest = hashlib.sha256(document.encode()).hexdigest()
        created = event(
            principal,
            LedgerAction.CALIBRATION_CREATED,
            record.name,
            now,
            sha256=digest,
            details=details,
        )
        with self.transactions.write() as transaction:
            transaction.calibrations.add(record)
            transaction.outbox.append(created)
        return record

    def latest(self, principal: Principal) -> CalibrationRecord | None:
        """Return the latest calibration, or None where none was ever stored.

        Raises:
            AccessError: If the principal may not read calibrations.
        """
        authorise(self.policies, principal, Permission.CALIBRATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            name = transaction.calibrations.latest(principal.tenant)
            return None if name is None else stored(transaction, principal.tenant, name)

    def _registered(self, tenant: str) -> Iterator[Work]:
        after, state = "", WorkState.REGISTERED
        while True:
            with self.transactions.read() as transaction:
                page = transaction.works.list(tenant, limit=_PAGE, after=after, state=state)
            if not page:
                return
            yield from page
            after = page[-1].name

    def _registered_sample(self, work: Work) -> Sample:
        return self._sample(partial(self._file, work))

    def _file(self, work: Work) -> bytes:
        with self.transactions.read() as transaction:
            blob = transaction.assets.blob(work.tenant, work.asset)
        if blob is None:
            raise NotFoundError(f"There is no file of {work.name}.", metadata={"name": work.asset})
        return self.blobs.get(SealContext(work.tenant, ASSET_PURPOSE, work.asset), blob)

    def _sample(self, read: Callable[[], bytes]) -> Sample:
        from raisonne.evaluation.engines import Sample  # noqa: PLC0415

        data = read()
        return Sample(hashlib.sha256(data).hexdigest(), self.decoder.decode(data))


def _places(count: int, most: int) -> set[int]:
    """Return a sample of places, always the same of equally many."""
    return set(np.random.default_rng(_SEED).permutation(count)[:most].tolist())
