"""Draws ``tests/docs/evidence_sheet.jpg``: the evidence for twenty altered copies, as found.

Run from the root as ``python -m tests.perf.evidence_sheet [FOLDER]``; a folder gets every match's
whole sheet as well. The pictures are the procedural generator's, the copies are the benchmark's
attacks, and the matches are the matcher's own: what it does not find is said and left out.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from raisonne.app import evidence_panels as panels
from raisonne.app.alignment import align
from raisonne.app.coverage import cover
from raisonne.app.evidence import EvidenceWords, evidence_sheet
from raisonne.app.evidence_layout import INK, PAPER
from raisonne.app.explanation import explain
from raisonne.app.lettering import fit, line_font
from raisonne.app.phrases import Locale
from raisonne.cli.evidence_page import telling_matches
from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.collage import collage
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor
from raisonne.generation.by_uri import engine_from_uri
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_log import MemoryLog
from raisonne.matching.matcher import Matcher
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.match import Match

TARGET = Path("tests/docs/evidence_sheet.jpg")
MOST_BYTES = 400_000
TENANT = "evidence"
EXTRACTOR = Extractor(GistEmbedder())
SIZES = ((800, 600), (640, 800), (720, 720))
ROOM = (196, 168)
DRAWN = (2 * ROOM[0], 2 * ROOM[1])
"""Panels are drawn larger and scaled down, outlines and numbers with them."""
CELL = (4 * ROOM[0] + 32, ROOM[1] + 62)
COLUMNS = 2
RED = (190, 30, 45)
CASES = (
    ("identical", "a landscape at sunset, mountains, sun on the left"),
    ("jpeg-10", "city skyline at night"),
    ("squeeze-60", "a tree in autumn"),
    ("mirror", "the sea at dawn with a boat"),
    ("mirror-quarter-turn", "winter landscape with pine trees"),
    ("turn-30", "stained glass in green and yellow"),
    ("crop-50-corner", "geometric poster in orange and violet"),
    ("crop-30-centre", "city skyline in the evening"),
    ("gamma-strong", "a meadow of poppies"),
    ("recolour", "abstract composition with circles"),
    ("invert", "city skyline at dawn, tall towers"),
    ("halftone", "mountains by a lake, full moon"),
    ("border-thick", "daisies and bellflowers"),
    ("meme", "autumn trees on a hill"),
    ("text-some", "a village by the sea, three boats"),
    ("paste-30", "pine trees in the snow"),
    ("paste-15", "a rose window in red and blue"),
    ("perspective-strong", "hills at noon with clouds and birds"),
    ("disguised", "tulips in a garden"),
    ("collage", "a harbour at night, crescent moon"),
)
"""An attack, or a collage with the three works before it, and the prompt of the work."""


@dataclass(frozen=True)
class Found:
    """A copy, and the match with its work; None where it was not found."""

    name: str
    title: str
    query: DecodedImage
    work: DecodedImage
    match: Match | None


def rendered(prompt: str, seed: int) -> bytes:
    request = GenerationRequest(prompt, *SIZES[seed % len(SIZES)], seed)
    return engine_from_uri("procedural:").generate(request).data


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def copies(works: list[bytes]) -> Iterator[bytes]:
    attacks = {attack.name: attack for attack in ATTACKS}
    for number, ((name, _), work) in enumerate(zip(CASES, works, strict=True)):
        if name == "identical":
            yield work
            continue
        chance = np.random.default_rng(number)
        stranger = picture(rendered("a mosaic in yellow and teal", 900 + number))
        if name == "collage":
            copy = collage([picture(data) for data in works[number - 3 : number + 1]], chance)
        else:
            copy = attacks[name].apply(picture(work), stranger, chance)
        buffer = io.BytesIO()
        copy.save(buffer, "JPEG", quality=88)
        yield buffer.getvalue()


def find() -> Iterator[Found]:
    files = [rendered(prompt, seed) for seed, (_, prompt) in enumerate(CASES)]
    works = [decode_image(data, DecodeLimits()) for data in files]
    log = MemoryLog()
    for (name, _), data, work in zip(CASES, files, works, strict=True):
        log.add(TENANT, name, EXTRACTOR.register(work, hashlib.sha256(data).hexdigest()))
    matcher = Matcher(CatalogueIndex(log))
    for (name, title), work, data in zip(CASES, works, copies(files), strict=True):
        query = decode_image(data, DecodeLimits())
        asked = EXTRACTOR.query(query, hashlib.sha256(data).hexdigest())
        told = telling_matches(matcher.match(TENANT, asked).matches)
        yield Found(name, title, query, work, next((m for m in told if m.work == name), None))


def strip(found: Found) -> tuple[Image.Image, bytes]:
    """Return a match's panels on one line with its sentence below, and its whole sheet."""
    assert found.match is not None
    outcome = "BLOCK" if found.match.score >= 0.9 else "REVIEW"
    words = EvidenceWords(outcome, f"Made by: {found.name}", f"{found.name}.jpg", found.title)
    evidence = evidence_sheet(found.query, found.work, found.match, words)
    query, work = found.query, found.work
    covered = cover(found.match, (query.width, query.height), (work.width, work.height))
    shown = list(panels.both(query, work, covered, RED, DRAWN))
    if covered is not None and found.match.transform is not None:
        aligned = align(query, work, found.match.transform, covered, DRAWN)
        shown += [panels.overlay(aligned), panels.heat(aligned)]
    cell = Image.new("RGB", CELL, PAPER)
    for number, pixels in enumerate(shown):
        panel = Image.fromarray(pixels)
        panel.thumbnail(ROOM, Image.Resampling.LANCZOS)
        cell.paste(panel, (8 + number * (ROOM[0] + 6), 8))
    draw = ImageDraw.Draw(cell)
    sentence = explain(found.match, found.title, Locale.ENGLISH, evidence.seen)
    facts = f"{found.name}: {found.match.mechanism.value}, score {found.match.score:.1%}"
    for text, size, top, ink in ((sentence, 14, 12, INK), (facts, 13, 32, (92, 92, 98))):
        line = fit(text, size, CELL[0] - 16)
        draw.text((8, ROOM[1] + top), line, ink, line_font(line, size))
    return cell, evidence.picture


def main(folder: Path | None) -> int:
    rows = -(-len(CASES) // COLUMNS)
    contact = Image.new("RGB", (COLUMNS * CELL[0], rows * CELL[1]), PAPER)
    missed = []
    for number, found in enumerate(find()):
        if found.match is None:
            missed.append(found.name)
            continue
        cell, sheet = strip(found)
        row, column = divmod(number, COLUMNS)
        contact.paste(cell, (column * CELL[0], row * CELL[1]))
        if folder:
            (folder / f"{found.name}.png").write_bytes(sheet)
    for quality in range(90, 10, -2):
        contact.save(TARGET, quality=quality, optimize=True)
        if TARGET.stat().st_size <= MOST_BYTES:
            break
    print(f"{len(CASES) - len(missed)} of {len(CASES)} found; not found: {missed}")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes at quality {quality}, {contact.size}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
