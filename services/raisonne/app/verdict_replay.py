"""Replay a stored verdict by the policies in force now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from raisonne.app.check import Check
from raisonne.policy.engine import Policies
from raisonne.policy.replay import Replay, replay
from raisonne.rights.principal import Principal


@dataclass(frozen=True, slots=True)
class ReplayVerdict:
    """Use case of whoever may read verdicts: why was it so, and is it still?"""

    check: Check
    policies: Policies

    def __call__(self, principal: Principal, name: str) -> Replay:
        """Judge again what a verdict was given on; nothing is searched and nothing is stored.

        Raises:
            AccessError: If the principal may not read verdicts.
            NotFoundError: If the tenant has no such verdict.
        """
        policies = self.policies.current()
        verdict = replace(self.check, policies=policies).get_verdict(principal, name)
        return replay(verdict, policies)
