"""The plan of a benchmark: what is registered and what is asked, decided by a seed.

The pictures of a folder are parted at random into works (registered), contents (shown inside
registered look-alikes, and nowhere else) and strangers (never registered). Strangers known to show
the same scene as a work are near misses and count neither as copies nor as strangers.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import cycle, islice

import numpy as np
from PIL import Image

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.attacks.attack import Attack
from raisonne.evaluation.collage import collage
from raisonne.evaluation.lookalikes.all_families import FAMILIES
from raisonne.evaluation.lookalikes.family import Family
from raisonne.evaluation.pictures import Picture
from raisonne.rights.errors import InputError

PER_ATTACK = 24
PER_COLLAGE = 20
COLLAGES = (2, 4, 9)
GROUPS = 4
"""Registered pictures of each look-alike family."""
ASKED = 4
"""Queries beside each of them."""
_WORKS = 0.3
_CONTENTS = 0.05
_LEAST = 12

Draw = Callable[[], Image.Image]
"""Makes a picture when it is needed; always the same one."""


class Role(StrEnum):
    """What a query is asked for."""

    COPY = "copy"
    COLLAGE = "collage"
    STRANGER = "stranger"
    NEAR_MISS = "near-miss"
    LOOKALIKE = "lookalike"


@dataclass(frozen=True, slots=True)
class Work:
    """A picture to register."""

    id: str
    kind: str
    draw: Draw


@dataclass(frozen=True, slots=True)
class Query:
    """A picture to look up.

    Attributes:
        id: Unique in the suite.
        role: What it is asked for.
        family: Of the attack, or what kind of honest picture it is.
        attack: The attack's name; empty for honest pictures.
        strength: The attack's; 0 for honest pictures.
        kind: Of the picture that it was made from.
        truth: The works that it contains.
        draw: Makes it.
    """

    id: str
    role: Role
    family: str
    attack: str
    strength: int
    kind: str
    truth: tuple[str, ...]
    draw: Draw


@dataclass(frozen=True, slots=True)
class Suite:
    """Everything to register and everything to ask."""

    works: tuple[Work, ...]
    queries: tuple[Query, ...]


def plan_suite(pictures: Sequence[Picture], seed: int, limit: float = 1.0) -> Suite:
    """Decide what is registered and what is asked.

    Args:
        pictures: At least twelve different ones; some 850 make a suite of full size.
        seed: Another seed parts the pictures and draws the attacks differently.
        limit: Share of the pictures and of the queries to use, in (0, 1].

    Raises:
        InputError: If there are too few pictures.
    """
    shuffled = np.random.default_rng([seed, 1]).permutation(len(pictures))
    wanted = max(_LEAST, round(limit * len(pictures)))
    chosen = [pictures[place] for place in shuffled[:wanted]]
    if len(chosen) < _LEAST:
        raise InputError(f"A suite needs {_LEAST} different pictures; there are {len(chosen)}.")
    ends = (round(_CONTENTS * len(chosen)) + 1, round((_WORKS + _CONTENTS) * len(chosen)) + 1)
    contents, works, rest = chosen[: ends[0]], chosen[ends[0] : ends[1]], chosen[ends[1] :]
    scenes = {picture.scene for picture in (*works, *contents)} - {""}
    strangers = [picture for picture in rest if picture.scene not in scenes]
    near = [picture for picture in rest if picture.scene in scenes]
    groups, asked = max(1, round(limit * GROUPS)), max(1, round(limit * ASKED))
    return Suite(
        works=(
            *(Work(picture.name, picture.kind, picture.load) for picture in works),
            *_registered_lookalikes(contents, groups, seed),
        ),
        queries=(
            *_copies(works, strangers, max(1, round(limit * PER_ATTACK)), seed),
            *_collages(works, max(1, round(limit * PER_COLLAGE)), seed),
            *_strangers(strangers, {picture.series for picture in works}),
            *(_honest(picture, Role.NEAR_MISS, "same-scene") for picture in near),
            *_asked_lookalikes(strangers, groups, asked, seed),
        ),
    )


def _copies(
    works: Sequence[Picture], others: Sequence[Picture], each: int, seed: int
) -> Iterator[Query]:
    """Attack works of all kinds in turn, ``each`` by every attack."""
    turns = _in_turn(works)
    for attack in ATTACKS:
        for number, work in enumerate(islice(turns, each)):
            name = f"{attack.name}/{number}"
            draw = partial(_attacked, attack, work, others, seed, name)
            yield Query(
                name, Role.COPY, attack.family, attack.name, attack.strength, work.kind,
                (work.name,), draw,
            )  # fmt: skip


def _attacked(
    attack: Attack, work: Picture, others: Sequence[Picture], seed: int, name: str
) -> Image.Image:
    chance = chance_for(seed, name)
    other = others[int(chance.integers(len(others)))]
    return attack.apply(work.load(), other.load(), chance)


def _in_turn(works: Sequence[Picture]) -> Iterator[Picture]:
    """Go through the works again and again, the kinds in turn."""
    kinds: dict[str, list[Picture]] = defaultdict(list)
    for work in works:
        kinds[work.kind].append(work)
    rounds = [cycle(kinds[kind]) for kind in sorted(kinds)]
    return (next(members) for members in cycle(rounds))


def _collages(works: Sequence[Picture], each: int, seed: int) -> Iterator[Query]:
    for count in COLLAGES:
        for number in range(each):
            name = f"collage-{count}/{number}"
            places = chance_for(seed, name).choice(len(works), min(count, len(works)), False)  # noqa: FBT003
            shown = [works[place] for place in places]
            yield Query(
                name, Role.COLLAGE, "collage", f"collage-{count}", 1, "collage",
                tuple(work.name for work in shown), partial(_collage, shown, seed, name),
            )  # fmt: skip


def _collage(shown: Sequence[Picture], seed: int, name: str) -> Image.Image:
    return collage([picture.load() for picture in shown], chance_for(seed, name))


def _strangers(strangers: Sequence[Picture], series: set[str]) -> Iterator[Query]:
    for picture in strangers:
        family = "same-series" if picture.series in series else "unrelated"
        yield _honest(picture, Role.STRANGER, family)


def _honest(picture: Picture, role: Role, family: str) -> Query:
    return Query(f"{family}/{picture.name}", role, family, "", 0, picture.kind, (), picture.load)


def _registered_lookalikes(contents: Sequence[Picture], groups: int, seed: int) -> Iterator[Work]:
    for family in FAMILIES:
        for group in range(groups):
            name = f"{family.name}/{group}"
            content = contents[zlib.crc32(name.encode()) % len(contents)]
            yield Work(name, "lookalike", partial(_lookalike, family, name, content, seed, name))


def _asked_lookalikes(
    contents: Sequence[Picture], groups: int, asked: int, seed: int
) -> Iterator[Query]:
    for family in FAMILIES:
        for group in range(groups):
            shared = f"{family.name}/{group}"
            for number in range(asked):
                name = f"{shared}/{number}"
                content = contents[zlib.crc32(name.encode()) % len(contents)]
                draw = partial(_lookalike, family, shared, content, seed, name)
                yield Query(name, Role.LOOKALIKE, family.name, "", 0, "lookalike", (), draw)


def _lookalike(family: Family, shared: str, content: Picture, seed: int, name: str) -> Image.Image:
    return family.draw(content.load(), chance_for(seed, shared), chance_for(seed + 1, name))


def chance_for(seed: int, name: str) -> np.random.Generator:
    """Return a source of chance that only the seed and a name decide."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
