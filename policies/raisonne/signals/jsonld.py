"""JSON-LD as far as policies need it: names of known vocabularies, without following contexts."""

from __future__ import annotations

from typing import Any

from raisonne.signals.documents import as_list
from raisonne.signals.reading import MalformedError

PROFILE = "https://raisonne.app/ns/rights#"
"""Our profile: uses and reservations that ODRL's vocabulary has no action for."""
TDM_PROFILE = "http://www.w3.org/ns/tdmrep"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PREFIXES = (
    *(_RDF, "rdf:"),
    *("http://www.w3.org/ns/odrl/2/", "https://www.w3.org/ns/odrl/2/", "odrl:"),
    *(f"{TDM_PROFILE}#", "https://www.w3.org/ns/tdmrep#", "tdm:"),
    *("http://creativecommons.org/ns#", "cc:", PROFILE, "raisonne:"),
)


def compact(value: Any, words: frozenset[str]) -> Any:
    """Return JSON-LD with keys of known vocabularies as local names, also in expanded form.

    Raises:
        MalformedError: If two keys are one, or a context gives a word of ODRL another meaning.
    """
    if isinstance(value, list):
        return [compact(item, words) for item in value]
    if not isinstance(value, dict):
        return value
    for context in as_list(value.get("@context")):
        _require_plain(context, words)
    made = {local(key): compact(item, words) for key, item in value.items() if key != "@context"}
    if len(made) < len(value) - ("@context" in value):
        raise MalformedError("a word in it is written in two ways")
    return made


def _require_plain(context: Any, words: frozenset[str]) -> None:
    """Refuse a context that renames words or prefixes, because contexts are not followed here."""
    for word, meaning in context.items() if isinstance(context, dict) else ():
        name = local(meaning)
        renamed = name not in {"", identifier(meaning), word}
        redefined = word in words and name != word
        moved = f"{word}:" in _PREFIXES and identifier(meaning) not in _PREFIXES
        if not word.startswith("@") and (renamed or redefined or moved):
            raise MalformedError("its context gives words other meanings")


def identifier(value: Any) -> str:
    """Return the identifier or literal of a JSON-LD value; "" where there is none."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("uid", value.get("@value")))
    return value if isinstance(value, str) else ""


def local(value: Any) -> str:
    """Return an identifier without the prefix of a known vocabulary."""
    text = identifier(value)
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return text[len(prefix) :]
    return text
