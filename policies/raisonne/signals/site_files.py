"""Statements for a site's files and headers: TDMRep, AIPREF, robots.txt, ai.txt, robots meta.

The specifications are those that the readers of the same names cite. None of these dialects has
words for dates, territories or credit, so they grant only what is granted without them.
"""

from __future__ import annotations

import html
import json

from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.signals.robots import AI_CRAWLERS
from raisonne.signals.writing import Target, plain_grants, reserved


def tdmrep_json(statement: RightsStatement, target: Target) -> str:
    """Return the content of ``/.well-known/tdmrep.json`` for one location; "" for nothing."""
    value = _reservation(statement)
    if value is None:
        return ""
    rule: dict[str, str | int] = {"location": target.path, "tdm-reservation": value}
    if value and target.policy:
        rule["tdm-policy"] = target.policy
    return json.dumps([rule], indent=2) + "\n"


def tdmrep_headers(statement: RightsStatement, target: Target) -> str:
    """Return header lines; "" for nothing."""
    return "".join(f"{name}: {value}\r\n" for name, value in _pairs(statement, target))


def tdmrep_html(statement: RightsStatement, target: Target) -> str:
    """Return ``meta`` elements; "" for nothing."""
    pairs = _pairs(statement, target)
    return "".join(
        f'<meta name="{name}" content="{html.escape(value)}">\n' for name, value in pairs
    )


def aipref_header(statement: RightsStatement, target: Target) -> str:
    """Return a ``Content-Usage`` header line; "" for nothing."""
    del target
    said = _usage(statement)
    return f"Content-Usage: {said}\r\n" if said else ""


def robots_txt(statement: RightsStatement, target: Target) -> str:
    """Return lines to add to robots.txt; "" for nothing.

    ``Content-Signal`` knows no paths, so it is written only for a whole site.
    """
    groups: list[list[str]] = []
    kinds, usage = reserved(statement), _usage(statement)
    if ReservationKind.AI_TRAINING in kinds:
        agents = [f"User-agent: {agent}" for agent in sorted(AI_CRAWLERS)]
        groups.append([*agents, f"Disallow: {target.path}"])
    general = [f"Content-Usage: {target.path} {usage}"] if usage else []
    signals = _content_signals(statement) if target.whole_site else ""
    if signals:
        general.append(f"Content-Signal: {signals}")
    if general:
        groups.append(["User-agent: *", *general])
    return "\n".join("".join(f"{line}\n" for line in group) for group in groups)


def ai_txt(statement: RightsStatement, target: Target) -> str:
    """Return the content of ai.txt for one location; "" for nothing."""
    if ReservationKind.AI_TRAINING in reserved(statement):
        return f"User-Agent: *\nDisallow: {target.path}\n"
    if Use.TRAIN in plain_grants(statement):
        return f"User-Agent: *\nAllow: {target.path}\n"
    return ""


def robots_meta(statement: RightsStatement, target: Target) -> str:
    """Return an ``X-Robots-Tag`` header line; "" for nothing. The convention only ever denies."""
    del target
    kinds = reserved(statement) - {ReservationKind.STYLE}
    return "X-Robots-Tag: noai, noimageai\r\n" if kinds else ""


def _reservation(statement: RightsStatement) -> int | None:
    """Return 1, 0 or None for unset. There is no word for training alone, so it reserves mining."""
    if ReservationKind.AI_TRAINING in reserved(statement):
        return 1
    return 0 if Use.MINE in plain_grants(statement) else None


def _pairs(statement: RightsStatement, target: Target) -> list[tuple[str, str]]:
    value = _reservation(statement)
    if value is None:
        return []
    policy = [("tdm-policy", target.policy)] if value and target.policy else []
    return [("tdm-reservation", str(value)), *policy]


def _usage(statement: RightsStatement) -> str:
    grants = plain_grants(statement)
    said = []
    if ReservationKind.AI_TRAINING in reserved(statement):
        said.append("train-ai=n")
    elif Use.TRAIN in grants:
        said.append("train-ai=y")
    if Use.INDEX in grants:
        said.append("search=y")
    return ", ".join(said)


def _content_signals(statement: RightsStatement) -> str:
    kinds, grants = reserved(statement), plain_grants(statement)
    said = ["search=yes"] if Use.INDEX in grants else []
    if ReservationKind.AI_GENERATION in kinds:
        said.append("ai-input=no")
    if ReservationKind.AI_TRAINING in kinds:
        said.append("ai-train=no")
    elif Use.TRAIN in grants:
        said.append("ai-train=yes")
    return ", ".join(said)
