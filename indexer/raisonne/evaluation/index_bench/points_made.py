"""Works by the million with the points of a few pictures, and queries for some of them."""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from raisonne.evaluation.index_bench.steps import Options, Say
from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.local import REGISTERED_POINTS
from raisonne.fingerprint.query_forms import QueryForms, query_forms
from raisonne.fingerprint.vocabulary import THUMBNAIL_SIDE, local_fingerprint, vocabulary
from raisonne.rights.errors import InputError

BATCH = 500
_HEAD = np.array([640, 480, REGISTERED_POINTS], "<u2").tobytes() + bytes(THUMBNAIL_SIDE**2)
_POINT = np.dtype([("word", "<u2"), ("place", "u1", 6), ("code", "u1", 32)])
_SHAPES = 150
_OF_COPIES = 800
"""Copies are of pictures among so many of the first."""
_FILE = "pictures"


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A changed copy of the work at ``position``; of none if that is negative."""

    position: int
    forms: QueryForms


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What pictures were reduced to.

    Attributes:
        registered: Packed features of each picture that is registered.
        copies: Of some of these.
        clean: Of pictures that are not registered.
    """

    registered: Sequence[bytes]
    copies: Sequence[Query]
    clean: Sequence[Query]


class Works:
    """Packed features: of pictures first, then of mixtures of their points.

    Half of the code of a mixture's point is that of another point of the same word.

    Args:
        pictures: Packed features of each.
        count: How many works.

    Attributes:
        seconds: Processor time that it took to mix the points, the last time.
    """

    def __init__(self, pictures: Sequence[bytes], count: int) -> None:
        self.seconds = 0.0
        self._pictures = list(pictures[:count])
        self._count = count
        points = np.concatenate([np.frombuffer(each[len(_HEAD) :], _POINT) for each in pictures])
        self._points = points[np.argsort(points["word"], kind="stable")]
        words = np.arange(len(vocabulary().words) + 1)
        self._starts = np.searchsorted(self._points["word"], words)

    def __iter__(self) -> Iterator[list[bytes]]:
        """Yield batches, the same each time."""
        self.seconds = 0.0
        yield self._pictures
        for first in range(len(self._pictures), self._count, BATCH):
            began = time.thread_time()
            batch = self._mixed(min(BATCH, self._count - first), first)
            self.seconds += time.thread_time() - began
            yield batch

    def _mixed(self, works: int, seed: int) -> list[bytes]:
        chance = np.random.default_rng(seed)
        one = chance.integers(len(self._points), size=works * REGISTERED_POINTS)
        mixed = self._points[one]
        first, end = self._starts[mixed["word"]], self._starts[mixed["word"] + 1]
        other = first + (chance.random(len(one)) * (end - first)).astype(np.int64)
        bits = np.frombuffer(chance.bytes(4 * len(one)), np.uint8).reshape(-1, 4)
        taken = np.unpackbits(bits, axis=1).view(np.bool_)
        np.copyto(mixed["code"], self._points["code"][other], where=taken)
        return [_HEAD + work.tobytes() for work in mixed.reshape(works, REGISTERED_POINTS)]


def prepare(folder: Path, options: Options, say: Say) -> None:
    """Reduce pictures to features and keep these in the folder, as a step does."""
    say("reducing pictures to points")
    cv2.setNumThreads(1)
    pictures = list(_load(options["pictures"], options["drawn"]))
    count = options["queries"]
    registered, strangers = pictures[:-count], pictures[-count:]
    if not registered:
        raise InputError(f"More than {count} pictures are needed; there are {len(pictures)}.")
    chosen = np.linspace(0, min(len(registered), _OF_COPIES) - 1, count).astype(int).tolist()
    prepared = Prepared(
        registered=[local_fingerprint(_pixels(each)).value for each in registered],
        copies=[Query(i, _forms(_changed(registered[i], n))) for n, i in enumerate(chosen)],
        clean=[Query(-1, _forms(each)) for each in strangers],
    )
    (folder / _FILE).write_bytes(pickle.dumps(prepared))


def prepared_in(folder: Path) -> Prepared:
    """Return what ``prepare`` kept in a folder."""
    content = (folder / _FILE).read_bytes()
    prepared: Prepared = pickle.loads(content)  # noqa: S301 - another step of this run wrote it
    return prepared


def _load(folders: Sequence[str], drawn: int) -> Iterator[Image.Image]:
    paths = [path for folder in folders for path in sorted(Path(folder).iterdir())]
    for path in paths:
        with Image.open(path) as opened:
            yield opened.convert("RGB")
    if not paths:
        yield from (_drawn(seed) for seed in range(drawn))


def _drawn(seed: int) -> Image.Image:
    """A collage of shapes on clouds."""
    chance = np.random.default_rng(seed)
    clouds = Image.fromarray(chance.integers(0, 256, (12, 16, 3), np.uint8))
    image = clouds.resize((640, 480), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(_SHAPES):
        x, y, width, height = chance.integers((0, 0, 8, 8), (640, 480, 120, 120)).tolist()
        shape = (draw.ellipse, draw.rectangle)[int(chance.integers(2))]
        red, green, blue = chance.integers(0, 256, 3).tolist()
        shape((x, y, x + width, y + height), fill=(red, green, blue))
    return image


def _changed(image: Image.Image, number: int) -> Image.Image:
    """A copy: cropped, turned, made smaller or recompressed."""
    width, height = image.size
    match number % 4:
        case 0:
            return image.crop((width // 5, height // 5, width * 3 // 4, height * 3 // 4))
        case 1:
            return image.rotate(20, Image.Resampling.BICUBIC, expand=True)
        case 2:
            return image.resize((max(96, width // 3), max(96, height // 3)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=12)
    return Image.open(buffer).convert("RGB")


def _forms(image: Image.Image) -> QueryForms:
    return query_forms(_pixels(image))


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return the canonical picture that a file of it is decoded to."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return decode_image(buffer.getvalue(), DecodeLimits()).pixels
