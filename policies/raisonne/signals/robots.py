"""robots.txt (RFC 9309) and ai.txt (Spawning), as far as they speak of machines that learn.

RFC 9309 §1 says that its rules are no authorisation, so ``Allow`` permits nothing; a rule that
keeps an AI crawler from the work reserves mining and training. Two extensions speak of uses:
``Content-Usage`` (draft-ietf-aipref-attach-05 §3) and ``Content-Signal`` (contentsignals.org, and
draft-romm-aipref-contentsignals-00). A denial in any group counts; permissions only in the group
for everybody. In ai.txt, ``Disallow`` and ``Allow`` speak of training itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.aipref import Preferences, preferences_of
from raisonne.signals.places import Place, everywhere, matches, pattern_of, place_of
from raisonne.signals.reading import MAX_RULES, MalformedError, Said, reader, text_of, weigh

AI_CRAWLERS = frozenset(
    {
        *("ai2bot", "amazonbot", "anthropic-ai", "applebot-extended", "bytespider", "ccbot"),
        *("chatgpt-user", "claude-searchbot", "claude-user", "claude-web", "claudebot"),
        *("cohere-ai", "cohere-training-data-crawler", "deepseekbot", "diffbot", "duckassistbot"),
        *("facebookbot", "google-cloudvertexbot", "google-extended", "googleother", "gptbot"),
        *("googleother-image", "icc-crawler", "imagesiftbot", "img2dataset"),
        *("meta-externalagent", "meta-externalfetcher", "mistralai-user", "oai-searchbot"),
        *("omgili", "omgilibot", "pangubot", "perplexity-user", "perplexitybot", "sbintuitionsbot"),
        *("spawning-ai", "timpibot", "velenpublicwebcrawler", "webzio-extended", "youbot"),
    }
)
"""Product tokens, in lower case, of crawlers that are known to gather for AI. New ones appear: a
file that shuts out only crawlers that are not listed here is not taken for a denial."""

EVERYBODY = "*"
_AGENT = frozenset({"user-agent", "useragent", "user agent"})
_DISALLOW = frozenset({"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"})
_SIGNALS: dict[str, Use] = {
    "search": Use.INDEX,
    "ai-train": Use.TRAIN,
    "ai-input": Use.GENERATE_SIMILAR,
}
_MINING = frozenset({Use.MINE, Use.TRAIN})
_ALL_AI = _MINING | {Use.GENERATE_SIMILAR}


@dataclass(slots=True)
class Group:
    """Rules for some crawlers.

    Attributes:
        agents: Product tokens in lower case.
        rules: Whether a rule allows, and its pattern, in order.
        usages: Patterns of ``Content-Usage``, empty for everywhere, and the preferences for them.
        signals: Preferences of ``Content-Signal``, which are for everywhere.
    """

    agents: set[str] = field(default_factory=set)
    rules: list[tuple[bool, Place]] = field(default_factory=list)
    usages: list[tuple[str, Preferences]] = field(default_factory=list)
    signals: list[Preferences] = field(default_factory=list)


@reader(Dialect.ROBOTS_TXT)
def read_robots_txt(raw: bytes, location: str | None) -> Said | None:
    """Read a robots.txt file."""
    place = None if location is None else place_of(location)
    groups, licence = _parse(text_of(raw))
    denied: set[Use] = set()
    allowed: set[Use] = set()
    offered: set[Use] = set()
    for group in groups:
        general = EVERYBODY in group.agents
        shut = _shut(group, place)
        if shut and (general or group.agents & AI_CRAWLERS):
            denied |= _MINING | ({Use.INDEX} if general else set())
        for preferences in _usages(group, place):
            denied |= preferences.denied
            offered |= preferences.conditional
            allowed |= preferences.allowed if general and not shut else set()
    # The terms of a licence that is only named here were not read, so what they say is unknown.
    conditional = frozenset(offered) | (_ALL_AI if licence else frozenset())
    if not (denied or allowed or conditional):
        return None
    permitted = frozenset(allowed - denied) - conditional
    return weigh(permitted, frozenset(denied), conditional, licence=licence)


@reader(Dialect.AI_TXT)
def read_ai_txt(raw: bytes, location: str | None) -> Said | None:
    """Read an ai.txt file; a location that is both allowed and disallowed is disallowed."""
    place = None if location is None else place_of(location)
    groups, licence = _parse(text_of(raw))
    rules = [rule for group in groups for rule in group.rules]
    denials = [p for allows, p in rules if not allows and p.path and _concerns(p, place)]
    if denials:
        return weigh(frozenset(), _MINING, licence=licence, note="Training is disallowed.")
    if licence:
        return weigh(frozenset(), frozenset(), _ALL_AI, licence=licence)
    open_to = [p for allows, p in rules if allows and _concerns(p, place)]
    if any(place is not None or everywhere(pattern.path) for pattern in open_to):
        return weigh(frozenset({Use.TRAIN}), frozenset(), note="Training is allowed.")
    return None


def _parse(text: str) -> tuple[list[Group], str]:
    groups: list[Group] = []
    licence, collecting = "", False
    for key, value in _lines(text):
        if key in _AGENT:
            if not collecting:
                groups.append(Group())
            groups[-1].agents.add(_product(value))
            collecting = True
        elif key == "license":
            licence = value
        elif key == "allow" or key in _DISALLOW or key in {"content-usage", "content-signal"}:
            if not groups:
                raise MalformedError("a rule in it stands before any user agent")
            _add(groups[-1], key, value)
            collecting = False
    return groups, licence


def _add(group: Group, key: str, value: str) -> None:
    if key == "content-usage":
        path, _, rest = value.partition(" ") if value.startswith("/") else ("", "", value)
        group.usages.append((pattern_of(path).path, preferences_of(rest.strip())))
    elif key == "content-signal":
        group.signals.append(_content_signal(value))
    else:
        group.rules.append((key == "allow", pattern_of(value)))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    if text.lstrip().startswith("<"):
        raise MalformedError("it is a page and no list of rules")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    content = [bare for line in lines if (bare := line.partition("#")[0].strip(" \t"))]
    if len(content) > MAX_RULES:
        raise MalformedError("it has too many lines")
    known = 0
    for line in content:
        key, colon, value = line.partition(":")
        known += bool(colon)
        if colon:
            yield key.strip(" \t").lower(), value.strip(" \t").replace("\t", " ")
    if content and not known:
        raise MalformedError("no line of it is a rule")


def _product(value: str) -> str:
    """Return the product token of a crawler, without its version."""
    return value.partition("/")[0].strip().lower()


def _content_signal(value: str) -> Preferences:
    allowed: set[Use] = set()
    denied: set[Use] = set()
    for part in value.split(","):
        name, equals, answer = (piece.strip().lower() for piece in part.partition("="))
        if name not in _SIGNALS and equals:
            continue
        if answer not in {"yes", "no"}:
            raise MalformedError("a content signal in it is neither yes nor no")
        (allowed if answer == "yes" else denied).add(_SIGNALS[name])
    # An input to an answer is no permission to make works like it.
    return Preferences(frozenset(allowed - denied - {Use.GENERATE_SIMILAR}), frozenset(denied))


def _concerns(pattern: Place, place: Place | None) -> bool:
    if not pattern.path:
        return False
    return place is None or matches(_rooted(pattern.path), place.path)


def _rooted(pattern: str) -> str:
    """Return a pattern that begins where paths begin; "*.jpg" and "images/" are written too."""
    return pattern if pattern.startswith(("/", "*")) else f"*{pattern}"


def _shut(group: Group, place: Place | None) -> bool:
    """Return whether the group's crawlers may not fetch the work (RFC 9309 §2.2.2)."""
    closed = [p.path for allows, p in group.rules if not allows and _concerns(p, place)]
    if place is None or not closed:
        return bool(closed)
    opened = [p.path for allows, p in group.rules if allows and _concerns(p, place)]
    return max(map(len, closed)) > max(map(len, opened), default=0)


def _usages(group: Group, place: Place | None) -> Iterator[Preferences]:
    """Yield the preferences for the work: of usages, those of the longest patterns that match."""
    yield from group.signals
    if place is None:
        for pattern, said in group.usages:
            bounded = pattern and not everywhere(pattern)
            yield Preferences(frozenset(), said.denied, said.conditional) if bounded else said
        return
    found = [usage for usage in group.usages if not usage[0] or matches(usage[0], place.path)]
    longest = max((len(pattern) for pattern, _said in found), default=0)
    yield from (said for pattern, said in found if len(pattern) == longest)
