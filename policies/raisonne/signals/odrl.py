"""ODRL 2.2 policies in JSON-LD (W3C Recommendation of 15 February 2018), with the TDM profile.

Read as JSON, without fetching contexts: names are compared after known prefixes (ODRL Vocabulary
§3, "Expressing a TDM Policy" of TDMRep, Creative Commons, and our own profile). A prohibition whose
action is not known denies everything; a permission whose action is not known permits nothing. Any
constraint, refinement or duty (Information Model §2.5, §2.6) is a condition that nobody here has
met, but for two that a signal can hold: crediting the holder, and a bound in space. Rules about
other targets than the work's count as denials and permit nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import WORLD, ReservationKind, Use
from raisonne.signals.documents import as_list, parse_json
from raisonne.signals.jsonld import compact, identifier, local
from raisonne.signals.reading import MAX_RULES, MalformedError, Said, reader, weigh

COUNTRY_PREFIX = "https://www.iso.org/obp/ui/#iso:code:3166:"
RESERVE_ACTION = "reserve-"
"""Prohibited actions of our profile that begin so are reservations."""

_TYPES = frozenset(
    {"Policy", "Set", "Offer", "Agreement", "Request", "Ticket", "Assertion", "Privacy"}
)
_EVERYTHING = frozenset(Use)
_AI = frozenset({Use.TRAIN, Use.MINE, Use.GENERATE_SIMILAR})
_PERMITS: dict[str, frozenset[Use]] = {
    "display": frozenset({Use.DISPLAY}),
    "present": frozenset({Use.DISPLAY}),
    "index": frozenset({Use.INDEX}),
    "derive": frozenset({Use.DERIVE}),
    "DerivativeWorks": frozenset({Use.DERIVE}),
    "commercialize": frozenset({Use.COMMERCIAL}),
    "CommercialUse": frozenset({Use.COMMERCIAL}),
    "mine": frozenset({Use.MINE}),
    **{use.value: frozenset({use}) for use in (Use.COMMERCIAL, Use.GENERATE_SIMILAR, Use.TRAIN)},
}
_DENIES: dict[str, frozenset[Use]] = {
    **_PERMITS,
    "modify": frozenset({Use.DERIVE}),
    "transform": frozenset({Use.DERIVE}),
    "sell": frozenset({Use.COMMERCIAL}),
    "extract": frozenset({Use.MINE}),
    "aggregate": frozenset({Use.MINE}),
}
_WORDS = frozenset(
    {"permission", "prohibition", "obligation", "action", "constraint", "duty", "target"}
    | _DENIES.keys()
)
_CREDIT = frozenset({"attribute", "Attribution", "attributedParty"})
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class _Condition:
    """What bounds a permission: unmet, or held by the signal."""

    unmet: bool
    credit: bool
    territories: frozenset[str]


@reader(Dialect.ODRL)
def read_odrl(raw: bytes, location: str | None) -> Said | None:
    """Read a policy, a list of policies, or a ``@graph`` of them."""
    policies = _policies(compact(parse_json(raw), _WORDS))
    permitted: set[Use] = set()
    conditional: set[Use] = set()
    denied: set[Use] = set()
    kinds: set[ReservationKind] = set()
    spaces: list[frozenset[str]] = []
    credit = False
    for policy in policies:
        shared = _condition(policy)
        for rule in _rules(policy, "permission"):
            own = _condition(rule)
            uses = _uses(rule, _PERMITS, frozenset())
            if shared.unmet or own.unmet or _refined(rule) or not _about(rule, policy, location):
                conditional |= uses
            elif uses:
                permitted |= uses
                credit |= own.credit or shared.credit
                spaces += [own.territories, shared.territories]
        for rule in _rules(policy, "prohibition"):
            # A prohibition under a condition is read as one without it.
            reserved = {kind for action in _actions(rule) if (kind := _reservation(action))}
            kinds |= reserved
            if len(reserved) < len(_actions(rule)):
                denied |= _uses(rule, _DENIES, _EVERYTHING)
    bounded = [space for space in spaces if WORLD not in space]
    territories = bounded[0].intersection(*bounded[1:]) if bounded else frozenset({WORLD})
    if not territories:
        conditional, permitted = conditional | permitted, set()
    if not (permitted or conditional or denied or kinds):
        return None
    return weigh(
        frozenset(permitted - denied),
        frozenset(denied),
        frozenset(conditional),
        reserved=frozenset(kinds),
        licence=_licence(policies),
        territories=territories or frozenset({WORLD}),
        attribution=credit,
    )


def _policies(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict) and "@graph" in document:
        document = document["@graph"]
    found = as_list(document)
    if not found or len(found) > MAX_RULES:
        raise MalformedError("it holds no policy")
    for policy in found:
        if not isinstance(policy, dict):
            raise MalformedError("a policy in it is no object")
        kinds = {local(kind) for kind in as_list(policy.get("@type", policy.get("type")))}
        if not kinds & _TYPES:
            raise MalformedError("a policy in it is of no type of ODRL")
    return found


def _rules(policy: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = as_list(policy.get(name))
    rules = [rule for rule in found if isinstance(rule, dict)]
    if len(rules) != len(found):
        raise MalformedError(f"a {name} in it is no object")
    # "action" may stand at the policy for all its rules (Information Model §2.7.1).
    shared = policy.get("action")
    return [
        rule if "action" in rule or shared is None else {**rule, "action": shared} for rule in rules
    ]


def _actions(rule: dict[str, Any]) -> list[str]:
    """Return the actions of a rule, by local name; "" for one that is not understood."""
    found = as_list(rule.get("action"))
    if not found:
        raise MalformedError("a rule in it has no action")
    return [_action(action) for action in found]


def _action(action: Any) -> str:
    value = action.get("value", action) if isinstance(action, dict) else action
    return local(value)


def _refined(rule: dict[str, Any]) -> bool:
    """Whether an action is narrowed; a permission then is conditional, a prohibition is not."""
    actions = [each for each in as_list(rule.get("action")) if isinstance(each, dict)]
    return any(_has_any(each, "refinement") for each in actions)


def _uses(
    rule: dict[str, Any], meanings: dict[str, frozenset[Use]], otherwise: frozenset[Use]
) -> frozenset[Use]:
    found = (
        meanings.get(action, otherwise) for action in _actions(rule) if not _reservation(action)
    )
    return frozenset[Use]().union(*found)


def _reservation(action: str) -> ReservationKind | None:
    kind = action.removeprefix(RESERVE_ACTION)
    return ReservationKind(kind) if kind != action and kind in list(ReservationKind) else None


def _condition(holder: dict[str, Any]) -> _Condition:
    unmet = _has_any(holder, "obligation", "consequence", "remedy", "inheritFrom", "refinement")
    credit, territories = False, frozenset({WORLD})
    for duty in _members(holder, "duty"):
        ours = isinstance(duty, dict) and not _has_any(
            duty, "constraint", "refinement", "consequence"
        )
        if ours and "action" in duty and set(_actions(duty)) <= _CREDIT:
            credit = True
        else:
            unmet = True
    for constraint in _members(holder, "constraint"):
        codes = _space(constraint)
        if codes is None:
            unmet = True
        else:
            territories = codes if WORLD in territories else territories & codes
    return _Condition(unmet or not territories, credit, territories)


def _space(constraint: Any) -> frozenset[str] | None:
    """Return the countries that a spatial constraint bounds to; None if it is no such thing."""
    if not isinstance(constraint, dict) or local(constraint.get("leftOperand")) != "spatial":
        return None
    if local(constraint.get("operator")) not in {"eq", "isAnyOf", "isPartOf"}:
        return None
    right = [identifier(value) for value in as_list(constraint.get("rightOperand"))]
    codes = [value.removeprefix(COUNTRY_PREFIX).removeprefix("iso:") for value in right]
    if not codes or not all(_COUNTRY.fullmatch(code) for code in codes):
        return None
    return frozenset(codes)


def _about(rule: dict[str, Any], policy: dict[str, Any], location: str | None) -> bool:
    target = rule.get("target", policy.get("target"))
    return target is None or location is None or identifier(target) == location


def _licence(policies: list[dict[str, Any]]) -> str:
    uid = identifier(policies[0].get("uid", policies[0].get("@id"))) if len(policies) == 1 else ""
    return uid if uid.startswith(("http://", "https://")) else ""


def _members(holder: dict[str, Any], name: str) -> list[Any]:
    return as_list(holder.get(name))


def _has_any(holder: dict[str, Any], *wanted: str) -> bool:
    return any(_members(holder, name) for name in wanted)
