"""Recording: a bundle that remembers what it was asked and how it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from raisonne.policy.cedar import Decision, Request
from raisonne.policy.engine import EntitySlice, PolicyBundle


@dataclass(frozen=True, slots=True, eq=False)
class RecordingBundle(PolicyBundle):
    """Decides as the bundle it is made of does, and keeps every answer.

    Attributes:
        asked: Requests with their decisions, in order.
    """

    asked: list[tuple[Request, Decision]] = field(default_factory=list)

    @classmethod
    def of(cls, bundle: PolicyBundle) -> RecordingBundle:
        """Return a recording bundle with the same policies."""
        return cls(**{each.name: getattr(bundle, each.name) for each in fields(PolicyBundle)})

    def decide_all(
        self, requests: Sequence[Request], entities: EntitySlice
    ) -> tuple[Decision, ...]:
        """Decide requests over one slice, and remember."""
        decisions = PolicyBundle.decide_all(self, requests, entities)
        self.asked.extend(zip(requests, decisions, strict=True))
        return decisions

    def decided(self) -> set[str]:
        """Return the ids of all policies that decided something."""
        return {clause.id for _, decision in self.asked for clause in decision.clauses}
