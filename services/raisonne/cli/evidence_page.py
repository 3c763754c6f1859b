"""A page of evidence: every flagged file beside the works it matched, self-contained HTML."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from raisonne.app.evidence import Evidence, EvidenceWords, evidence_sheet, match_picture
from raisonne.app.explanation import explanations
from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.fingerprint.decoding import Decoder
from raisonne.rights.errors import RaisonneError
from raisonne.rights.match import Match
from raisonne.rights.signal import Signal
from raisonne.rights.statement import WORLD
from raisonne.rights.verdict import Verdict
from raisonne.rights.work import Work

MAX_ARTICLES = 300
"""Findings shown with pictures: a page of about 100 MB is what browsers still open."""
MAX_SHEETS = 100
"""Findings, the first ones, whose evidence is shown in full; those after have small pictures."""
_FURTHER = 3
"""Works beside the first whose pictures are shown too, small."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_KEPT = 64
"""Works, registered files and pictures kept for when they come again."""
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c1c20;background:#faf9f6}
@media(prefers-color-scheme:dark){body{color:#eee;background:#18181b}code{color:#bbb}}
img{max-width:100%;height:auto;border:1px solid #8884}
article{margin:2.5rem 0;overflow-wrap:anywhere}code{font-size:.85em;color:#555}
figure{margin:1.5rem 0}figcaption p{margin:.25rem 0}
.BLOCK{color:#b22222}.REVIEW{color:#a86a00}.ALLOW{color:#1e6e3c}
"""


class EvidencePictures:
    """Draws the evidence of a run when it is asked for; what comes again is not drawn again.

    Args:
        work: Returns a work by name.
        asset: Returns a file by asset name.
        decoder: Decodes checked and registered files.
        kind: File format of the pictures.
    """

    def __init__(
        self,
        work: Callable[[str], Work],
        asset: Callable[[str], bytes],
        decoder: Decoder,
        kind: Literal["PNG", "JPEG"],
    ) -> None:
        self._kind = kind
        self._decoder = decoder
        self._work = lru_cache(_KEPT)(work)
        self._registered = lru_cache(_KEPT)(lambda name: decoder.decode(asset(name)))
        self._drawn: dict[tuple[object, ...], Evidence] = {}

    def draw(self, path: Path, verdict: Verdict, match: Match, *, large: bool = True) -> Evidence:
        """Return the evidence for one match of one checked file.

        Args:
            path: The checked file.
            verdict: On it.
            match: One of the verdict's.
            large: Everything there is to see, or the two pictures only.

        Raises:
            RaisonneError: If either picture cannot be read any more.
            OSError: If the checked file cannot be read any more.
        """
        words = self._words(path, verdict, match)
        key = (verdict.inputs.sha256, match, words, large)
        if key not in self._drawn:
            draw = evidence_sheet if large else match_picture
            query = self._decoder.decode(path.read_bytes())
            registered = self._registered(match.asset)
            while len(self._drawn) >= _KEPT:
                del self._drawn[next(iter(self._drawn))]
            self._drawn[key] = draw(query, registered, match, words, kind=self._kind)
        return self._drawn[key]

    def _words(self, path: Path, verdict: Verdict, match: Match) -> EvidenceWords:
        record = self._work(match.work)
        detail = next((f.detail for f in verdict.findings if match.work in f.works), "")
        return EvidenceWords(
            outcome=verdict.outcome.value,
            reason=detail.partition(". ")[0],
            query=path.name,
            title=record.title or record.name,
            holder=record.holder,
        )


def evidence_page(
    counts: str,
    flagged: Sequence[tuple[Path, Verdict]],
    work: Callable[[str], Work],
    asset: Callable[[str], bytes],
    instead: Mapping[str, str] = _NOTHING,
) -> str:
    """Return the page.

    Args:
        counts: How many files ended how, in words.
        flagged: Files that are not simply allowed, with their verdicts.
        work: Returns a work by name.
        asset: Returns a file by asset name.
        instead: What would be allowed instead, in a line, by name of the verdict.
    """
    shown = flagged[:MAX_ARTICLES]
    rest = len(flagged) - len(shown)
    more = f"<p>{rest} further findings are in the JSON output only.</p>" if rest else ""
    with DecoderPool(1) as decoder:
        pictures = EvidencePictures(work, asset, decoder, "JPEG")
        articles = "".join(
            _article(path, verdict, pictures, instead, full=number < MAX_SHEETS)
            for number, (path, verdict) in enumerate(shown)
        )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>Raisonné: evidence</title>"
        f"<style>{_STYLE}</style><h1>Evidence</h1><p>{escape(counts)}</p>{articles}{more}"
    )


def evidence_picture(
    path: Path,
    verdict: Verdict,
    match: Match,
    work: Callable[[str], Work],
    asset: Callable[[str], bytes],
    decoder: Decoder,
) -> bytes:
    """Return everything there is to see of one match of one checked file, as a PNG.

    Raises:
        RaisonneError: If either picture cannot be read any more.
        OSError: If the checked file cannot be read any more.
    """
    return EvidencePictures(work, asset, decoder, "PNG").draw(path, verdict, match).picture


def telling_matches(matches: Sequence[Match]) -> list[Match]:
    """Return one match for each work, in order: the first that says where, or else the first."""
    best: dict[str, Match] = {}
    for match in matches:
        known = best.setdefault(match.work, match)
        if known.transform is None and match.transform is not None:
            best[match.work] = match
    return list(best.values())


def _article(
    path: Path,
    verdict: Verdict,
    pictures: EvidencePictures,
    instead: Mapping[str, str],
    *,
    full: bool,
) -> str:
    outcome = verdict.outcome.value
    findings = "".join(
        f"<li><b>{escape(f.reason)}</b> {escape(f.detail)} <code>{escape(f.clause)}</code></li>"
        for f in verdict.findings
    )
    owed = "".join(f"<li>owes <code>{escape(each)}</code></li>" for each in verdict.obligations)
    said = "".join(f"<li>{_said(signal)}</li>" for signal in verdict.inputs.signals)
    signals = f"<p>What the file says of itself:</p><ul>{said}</ul>" if said else ""
    line = instead.get(verdict.name, "")
    advice = f"<p><b>Instead:</b> {escape(line)}</p>" if line else ""
    told = telling_matches(verdict.inputs.matches)[: 1 + _FURTHER if full else 1]
    figures = "".join(
        _figure(path, verdict, match, pictures, large=full and number == 0)
        for number, match in enumerate(told)
    )
    return (
        f"<article><h2><span class={outcome}>{outcome}</span> {escape(str(path))}</h2>"
        f"{figures}<ul>{findings}{owed}</ul>{advice}{signals}"
        f"<p><code>{escape(verdict.name)} · policy "
        f"{escape(verdict.policy_revision[:12])} · index {verdict.inputs.index_revision}</code></p>"
        f"<p>{escape(_conditions(verdict))}</p></article>"
    )


def _said(signal: Signal) -> str:
    place = f"{signal.dialect.value} in its {signal.source}, SHA-256 {signal.sha256}"
    return f"{escape(signal.note)} <code>{escape(place)}</code>"


def _figure(
    path: Path, verdict: Verdict, match: Match, pictures: EvidencePictures, *, large: bool
) -> str:
    titles = {work.work: work.title for work in verdict.inputs.works}
    title = titles.get(match.work) or match.work
    try:
        drawn = pictures.draw(path, verdict, match, large=large)
    except (RaisonneError, OSError) as error:
        told = explanations(match, title)
        picture = f"<p>No picture: {escape(str(error))}</p>"
    else:
        told = explanations(match, title, drawn.seen)
        source = base64.b64encode(drawn.picture).decode()
        label = f"{path.name} beside the registered work it matches. {told['en']}"
        picture = f'<img alt="{escape(label)}" src="data:image/jpeg;base64,{source}">'
    sentences = "".join(f"<p lang={tag}>{escape(text)}</p>" for tag, text in told.items())
    return f"<figure>{picture}<figcaption>{sentences}</figcaption></figure>"


def _conditions(verdict: Verdict) -> str:
    inputs = verdict.inputs
    place = "everywhere" if inputs.territory == WORLD else inputs.territory
    asked = f"Asked for {inputs.use.value}, {place}, as of {inputs.at:%Y-%m-%d}"
    return f"{asked}. SHA-256 {inputs.sha256}"
