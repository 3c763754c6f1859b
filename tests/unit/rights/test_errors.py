from __future__ import annotations

import pytest

from raisonne.rights import errors
from raisonne.rights.errors import InputError, RaisonneError, Reason

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RaisonneError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_reason_and_a_fitting_name(kind: type[RaisonneError]) -> None:
    error = kind("It happened.")
    assert error.reason is kind.default_reason
    assert (str(error), error.message, error.metadata) == ("It happened.", "It happened.", {})
    assert kind.__name__.endswith("Error")


def test_only_the_root_is_internal() -> None:
    assert [kind for kind in KINDS if kind.default_reason is Reason.INTERNAL] == [RaisonneError]


def test_the_thrower_may_be_more_exact() -> None:
    facts = {"limit": "5"}
    error = InputError("Too long.", reason=Reason.PROMPT_TOO_LONG, metadata=facts)
    facts["limit"] = "6"
    assert error.reason is Reason.PROMPT_TOO_LONG
    assert error.metadata == {"limit": "5"}


def test_reasons_are_their_own_names() -> None:
    assert all(reason.name == reason.value for reason in Reason)
