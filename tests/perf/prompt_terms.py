"""What the screening of prompts finds, how often in vain, and what it costs.

``python -m tests.perf.prompt_terms`` counts the evasions of ``tests/unit/matching/evasions.py``
beside those that ``lower()`` and NFKC alone find, and false hits in the two hundred prompts of
``tests/unit/matching/benign.py``; then it times prompts, and making the index, with lists of
synthetic names. Times are of the processor, so that other work on the machine counts less; each
size runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import statistics
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence

from tests.unit.matching.benign import BENIGN, CLOSE
from tests.unit.matching.benign import LISTED as ORDINARY
from tests.unit.matching.evasions import EVASIONS, LISTED

from raisonne.matching.term_index import ListedTerm, TermIndex
from raisonne.rights.term import TermGrade

SIZES = (100, 10_000, 100_000)
ROUNDS = 5
LONG = (
    "a beautiful oil painting of a ruined castle on a hill above the sea at sunset, highly "
    "detailed, dramatic lighting, volumetric fog rolling through the valley, tiny boats with red "
    "sails returning home, an old lighthouse, gulls circling over wet rocks, wide angle, muted "
    "earth tones with one bright accent, visible brush strokes, soft rim light, cinematic "
    "composition, depth of field, in the manner of nineteenth century landscape painters, museum "
    "quality, textured canvas, golden hour reflections, distant thunderstorm, intricate foliage, "
    "winding path, shepherd with dog"
)
_SYLLABLES = [
    a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "")
]


def main() -> None:
    """Print everything, or one size's times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, help="Only time a list of so many names.")
    size: int | None = parser.parse_args().size
    if size is not None:
        _time(size)
        return
    _evasions()
    _benign()
    for each in SIZES:
        command = [sys.executable, "-m", "tests.perf.prompt_terms", "--size", str(each)]
        subprocess.run(command, check=True)


def _evasions() -> None:
    index = TermIndex([ListedTerm(term) for term in LISTED])
    ways: dict[str, Callable[[str, str], bool]] = {
        "lower()": lambda term, typed: term.lower() in typed.lower(),
        "NFKC and lower()": lambda term, typed: _nfkc(term) in _nfkc(typed),
        "the index": lambda term, typed: term in {hit.term for hit in index.find(typed).hits},
    }
    for way, finds in ways.items():
        caught = [row for row in EVASIONS if finds(row[0], row[1])]
        chinese = sum(not term.isascii() for term, _, _ in caught)
        print(f"evasions caught by {way}: {len(caught)} of {len(EVASIONS)}, {chinese} Chinese")
    plain = sum(row[2] in {TermGrade.EXACT, TermGrade.OBSCURED} for row in EVASIONS)
    print(f"  of these exact or obscured, which blocks: {plain}")
    missed = [typed for term, typed, _ in EVASIONS if not ways["the index"](term, typed)]
    print(f"  missed: {', '.join(missed)}")


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _benign() -> None:
    index = TermIndex([ListedTerm(term) for term in ORDINARY])
    false = [prompt for prompt in BENIGN if index.find(prompt).hits]
    print(f"false hits: {len(false)} of {len(BENIGN)} prompts, {len(ORDINARY)} names; bar 1")
    told = {prompt: index.find(prompt).hits for prompt in CLOSE}
    refused = [p for p, hits in told.items() if {h.grade for h in hits} - {TermGrade.FUZZY}]
    close = sum(map(bool, told.values()))
    print(f"  of {len(CLOSE)} made to come close to those names: {close}, refused {len(refused)}")
    for prompt in false:
        print(f"  {prompt}")


def _time(size: int) -> None:
    terms = [ListedTerm(name) for name in _names(size)]
    before = _memory()
    started, wall = time.process_time(), time.perf_counter()
    index = TermIndex(terms)
    built, walled = time.process_time() - started, time.perf_counter() - wall
    grown = _memory() - before
    print(f"{size:,} names: made in {built:.2f} s ({walled:.2f} s of the clock), {grown:.0f} MB")
    _report(index, "545 ASCII characters", [LONG[:545]])
    _report(index, "the same with lookalikes", [LONG[:545].replace("o", "\u043e")])
    _report(index, "the benign prompts", BENIGN)
    _report(index, "the evasions", [typed for _, typed, _ in EVASIONS])
    _report(index, "4,000 ASCII characters", [(LONG * 8)[:4_000]])
    false = sum(bool(index.find(prompt).hits) for prompt in BENIGN)
    print(f"  benign prompts with a hit: {false} of {len(BENIGN)}")


def _report(index: TermIndex, what: str, prompts: Sequence[str]) -> None:
    started = time.process_time()
    for prompt in prompts:
        index.find(prompt)
    first = (time.process_time() - started) / len(prompts)
    repeats = max(1, 200 // len(prompts))
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for prompt in itertools.chain.from_iterable(itertools.repeat(prompts, repeats)):
            index.find(prompt)
        rounds.append((time.process_time() - started) / len(prompts) / repeats)
    median = statistics.median(rounds)
    print(f"  {what}: {median * 1e6:.0f} us a prompt, {first * 1e6:.0f} us at first; bar 1,000")


def _names(size: int) -> list[str]:
    chance = random.Random(1)

    def word(least: int, most: int) -> str:
        return "".join(chance.choices(_SYLLABLES, k=chance.randint(least, most))).title() or "Bo"

    first = [word(2, 3) for _ in range(3_000)]
    last = [word(2, 4) for _ in range(60_000)]
    names: set[str] = set()
    while len(names) < size:
        names.add(f"{chance.choice(first)} {chance.choice(last)}")
    return sorted(names)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
