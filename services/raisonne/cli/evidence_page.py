"""A page of evidence: every flagged file beside the work it matched, self-contained HTML."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Literal

from raisonne.app.evidence import EvidenceWords, match_picture
from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.fingerprint.decoding import Decoder
from raisonne.rights.errors import RaisonneError
from raisonne.rights.match import Match
from raisonne.rights.statement import WORLD
from raisonne.rights.verdict import Verdict
from raisonne.rights.work import Work

MAX_ARTICLES = 300
"""Findings shown with pictures: a page of about 100 MB is what browsers still open."""
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c1c20;background:#faf9f6}
@media(prefers-color-scheme:dark){body{color:#eee;background:#18181b}code{color:#bbb}}
img{max-width:100%;height:auto;border:1px solid #8884}
h2{overflow-wrap:anywhere}article{margin:2.5rem 0}code{font-size:.85em;color:#555}
.BLOCK{color:#b22222}.REVIEW{color:#a86a00}.ALLOW{color:#1e6e3c}
"""


def evidence_page(
    counts: str,
    flagged: Sequence[tuple[Path, Verdict]],
    work: Callable[[str], Work],
    asset: Callable[[str], bytes],
) -> str:
    """Return the page.

    Args:
        counts: How many files ended how, in words.
        flagged: Files that are not simply allowed, with their verdicts.
        work: Returns a work by name.
        asset: Returns a file by asset name.
    """
    shown = flagged[:MAX_ARTICLES]
    rest = len(flagged) - len(shown)
    more = f"<p>{rest} further findings are in the JSON output only.</p>" if rest else ""
    with DecoderPool(1) as decoder:
        articles = "".join(_article(path, verdict, work, asset, decoder) for path, verdict in shown)
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
    kind: Literal["PNG", "JPEG"] = "PNG",
) -> bytes:
    """Return the picture of one match of one checked file.

    Raises:
        RaisonneError: If either picture cannot be read any more.
    """
    record = work(match.work)
    query = decoder.decode(path.read_bytes())
    registered = decoder.decode(asset(match.asset))
    detail = next((f.detail for f in verdict.findings if match.work in f.works), "")
    words = EvidenceWords(
        outcome=verdict.outcome.value,
        headline=detail.partition(". ")[0],
        query=path.name,
        work=" · ".join(part for part in (record.title, record.holder) if part) or record.name,
    )
    return match_picture(query, registered, match, words, kind)


def _article(
    path: Path,
    verdict: Verdict,
    work: Callable[[str], Work],
    asset: Callable[[str], bytes],
    decoder: Decoder,
) -> str:
    outcome = verdict.outcome.value
    findings = "".join(
        f"<li><b>{escape(f.reason)}</b> {escape(f.detail)} <code>{escape(f.clause)}</code></li>"
        for f in verdict.findings
    )
    picture = ""
    if verdict.inputs.matches:
        try:
            match = verdict.inputs.matches[0]
            shown = evidence_picture(path, verdict, match, work, asset, decoder, "JPEG")
            source = base64.b64encode(shown).decode()
            label = f"{path.name} beside the registered work it matches"
            picture = f'<img alt="{escape(label)}" src="data:image/jpeg;base64,{source}">'
        except (RaisonneError, OSError) as error:
            picture = f"<p>No picture: {escape(str(error))}</p>"
    return (
        f"<article><h2><span class={outcome}>{outcome}</span> {escape(str(path))}</h2>"
        f"{picture}<ul>{findings}</ul><p><code>{escape(verdict.name)} · policy "
        f"{escape(verdict.policy_revision[:12])} · index {verdict.inputs.index_revision}</code></p>"
        f"<p>{escape(_conditions(verdict))}</p></article>"
    )


def _conditions(verdict: Verdict) -> str:
    inputs = verdict.inputs
    place = "everywhere" if inputs.territory == WORLD else inputs.territory
    asked = f"Asked for {inputs.use.value}, {place}, as of {inputs.at:%Y-%m-%d}"
    return f"{asked}. SHA-256 {inputs.sha256}"
