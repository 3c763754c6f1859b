"""The ``procedural:`` engine: seeded pictures from a grammar, without weights or network.

The same prompt, size, seed and ``VERSION`` give the same pixels on every machine: all chance is
PCG64, all arithmetic is correctly rounded (see ``exact``) and Pillow's filler and averaging filter
work on integers. The file's bytes are the same wherever Pillow carries the same deflate library.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from raisonne.app.ports import GeneratedImage
from raisonne.generation.dice import Dice
from raisonne.generation.families import FAMILIES
from raisonne.generation.geometry import Frame
from raisonne.generation.grammar import Grammar, words_of
from raisonne.generation.raster import rasterise
from raisonne.rights.errors import CancelledError, InputError, Reason
from raisonne.rights.generation import (
    MAX_PROMPT_CHARACTERS,
    EngineDescription,
    GenerationRequest,
    Task,
)

URI: Final = "procedural:"
VERSION: Final = "1"
MIN_SIDE: Final = 64
MAX_SIDE: Final = 4096
_MAX_SEED: Final = 2**63 - 1
# Grain leaves little for slower levels to find: level 6 takes four times as long for 20 % less.
_COMPRESS_LEVEL: Final = 2


def check_request(request: GenerationRequest) -> None:
    """Check that this engine can do what is asked.

    Args:
        request: One artwork.

    Raises:
        InputError: ``PROMPT_TOO_LONG``, or ``INVALID_ARGUMENT`` with the field, the value and the
            limits in the metadata.
    """
    if len(request.prompt) > MAX_PROMPT_CHARACTERS:
        raise InputError(
            f"The prompt is longer than {MAX_PROMPT_CHARACTERS} characters.",
            reason=Reason.PROMPT_TOO_LONG,
            metadata={
                "characters": str(len(request.prompt)),
                "limit_characters": str(MAX_PROMPT_CHARACTERS),
            },
        )
    if request.task is not Task.TEXT_TO_IMAGE:
        raise InputError(
            "The procedural engine makes pictures from text only.",
            metadata={"field": "task", "value": str(request.task)},
        )
    _check_range("width", request.width, MIN_SIDE, MAX_SIDE)
    _check_range("height", request.height, MIN_SIDE, MAX_SIDE)
    _check_range("seed", request.seed, 0, _MAX_SEED)


def _check_range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InputError(
            f"The {field} is not between {least} and {most}.",
            metadata={"field": field, "value": str(value), "min": str(least), "max": str(most)},
        )


class ProceduralEngine:
    """Composes pictures from families of shapes; safe to use from many threads at once."""

    def __init__(self) -> None:
        self._grammar = Grammar(FAMILIES)

    @property
    def description(self) -> EngineDescription:
        """Who this is."""
        return EngineDescription(
            uri=URI,
            name="Raisonné procedural",
            version=VERSION,
            digital_source_type="algorithmicMedia",
        )

    @property
    def vocabulary(self) -> frozenset[str]:
        """Words and phrases that it understands, lower-case and in the singular."""
        return frozenset(self._grammar.vocabulary)

    def generate(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> GeneratedImage:
        """Make one picture.

        Args:
            request: Prompt, size (64 to 4096 pixels a side) and seed.
            cancelled: Asked before each step of the drawing.

        Raises:
            InputError: If the prompt is too long or the size is out of range.
            CancelledError: If ``cancelled`` became true.
        """
        check_request(request)
        if cancelled():
            raise CancelledError("The picture was cancelled before it was begun.")
        dice = Dice(request.seed, f"{VERSION} {' '.join(words_of(request.prompt))}")
        reading = self._grammar.interpret(request.prompt, dice)
        frame = Frame.of(request.width, request.height)
        picture = reading.family.compose(reading.brief, dice.fork(reading.family.name), frame)
        pixels = rasterise(picture.scene, request.width, request.height, cancelled)
        return GeneratedImage(
            data=encode_png(pixels),
            media_type="image/png",
            caption=picture.caption,
            family=reading.family.name,
            understood_words=reading.understood,
            ignored_words=reading.ignored,
        )


def encode_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return pixels, shape (h, w, 3), as a PNG without metadata.

    Args:
        pixels: sRGB.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=_COMPRESS_LEVEL)
    return buffer.getvalue()
