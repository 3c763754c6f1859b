"""Audit the items of a dataset one by one, as somebody else's pipeline reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.check import Check, CheckTerms
from raisonne.app.territories import normal_territory
from raisonne.policy.access import authorise
from raisonne.rights.errors import InputError, LimitError
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import Outcome, Subject, Verdict


@dataclass(frozen=True, slots=True)
class DatasetAudits:
    """Use case ``dataset:audit``."""

    check: Check

    def begin(
        self,
        principal: Principal,
        *,
        use: Use = Use.TRAIN,
        territory: str = WORLD,
        at: datetime | None = None,
    ) -> DatasetAudit:
        """Return an audit whose items are all judged by the same conditions and policies.

        Args:
            principal: Who audits.
            use: What the items are wanted for.
            territory: ISO 3166-1 alpha-2, or ``*``.
            at: Judge the rights as of this time (UTC); as of now, for all items, if None.

        Raises:
            AccessError: If the principal may not audit datasets.
            InputError: If the territory is none.
        """
        policies = self.check.policies.current()
        authorise(policies, principal, Permission.DATASET_AUDIT, principal.tenant)
        at = at or self.check.clock.now()
        terms = CheckTerms(use, normal_territory(territory), at, Subject.DATASET_ITEM)
        return DatasetAudit(replace(self.check, policies=policies), principal, terms)


@dataclass(frozen=True, slots=True)
class DatasetAudit:
    """An audit under way; items may be judged on several threads at once.

    Attributes:
        check: Judges, and records each verdict.
        principal: Who audits.
        terms: The conditions.
    """

    check: Check
    principal: Principal
    terms: CheckTerms

    def judge(self, data: bytes) -> Verdict | InputError | LimitError:
        """Judge an item and record the verdict, or return why the item cannot be read.

        Raises:
            RaisonneError: If nothing can be judged at present.
        """
        try:
            return self.check.picture(self.principal, data, self.terms).verdict
        except (InputError, LimitError) as unreadable:
            return unreadable


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """What an audit found in all.

    Attributes:
        items: Items answered, the unreadable ones included.
        unreadable: Items that could not be read.
        outcomes: Items by outcome.
        reasons: Items by the reasons of their findings; one counts once for each of its reasons.
    """

    items: int
    unreadable: int
    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, int]


class Tally:
    """Counts the answers of one audit, in one thread."""

    def __init__(self) -> None:
        self._unreadable = 0
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._reasons: Counter[str] = Counter()

    def count(self, verdict: Verdict | None) -> None:
        """Count an answer; None stands for an item that could not be read."""
        if verdict is None:
            self._unreadable += 1
            return
        self._outcomes[verdict.outcome] += 1
        self._reasons.update({finding.reason for finding in verdict.findings})

    def summary(self) -> AuditSummary:
        """Return the counts so far."""
        return AuditSummary(
            items=self._unreadable + sum(self._outcomes.values()),
            unreadable=self._unreadable,
            outcomes=dict(self._outcomes),
            reasons=dict(self._reasons),
        )
