"""Asking Cedar, so that whatever goes wrong is a denial.

Cedar skips a policy that raises an error, a forbid as well as a permit, and then allows what that
forbid would have denied. Here any error, and any request that Cedar cannot decide, is a denial.
These functions know nothing of our own policies, so that the published tests of the language can
be put to them. Source of the language: https://docs.cedarpolicy.com/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cedarpy


@dataclass(frozen=True, slots=True)
class Answer:
    """What Cedar says to one request, where an error is a denial.

    Attributes:
        allowed: Whether a permit holds, no forbid does, and nothing went wrong.
        policies: Ids of the policies that decided; empty for a denial by default and where an
            error turned what Cedar allows into a denial.
        errors: What went wrong; anything here is a denial.
    """

    allowed: bool
    policies: tuple[str, ...]
    errors: tuple[str, ...]


def ask(
    requests: Sequence[Mapping[str, object]], policies: Any, entities: Any, schema: Any
) -> tuple[Answer, ...]:
    """Put requests to Cedar.

    Args:
        requests: In the form that the engine takes.
        policies: Parsed policies.
        entities: Parsed entities.
        schema: A parsed schema, by which each request is checked; None for no such check.

    Returns:
        Answers in the order of the requests.
    """
    if not requests:
        return ()
    results = cedarpy.is_authorized_batch(list(requests), policies, entities, schema)
    return tuple(_answer(result) for result in results)


def _answer(result: Any) -> Answer:
    errors = tuple(result.diagnostics.errors)
    allowed = result.decision is cedarpy.Decision.Allow
    if allowed and errors:
        # The permits that hold are no reasons for a denial, so only the errors are given.
        return Answer(allowed=False, policies=(), errors=errors)
    return Answer(allowed, tuple(sorted(result.diagnostics.reasons)), errors)


def ask_partially(
    request: Mapping[str, object], policies: Any, entities: Any, schema: Any
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Ask Cedar about something that it does not know, which the request leaves out.

    Upstream calls this experimental. What it says is no decision: whoever acts on it has to ask
    again once everything is known.

    Args:
        request: In the form that the engine takes here: names as text.
        policies: Parsed policies.
        entities: Parsed entities; what is not among them counts as unknown, too.
        schema: A parsed schema.

    Returns:
        What is left of each policy, by id, in Cedar's JSON form; and what went wrong.
    """
    result = cedarpy.is_authorized_partial(dict(request), policies, entities, schema)
    return result.residuals, tuple(result.diagnostics.errors)
