"""Letters turned upside down, and texts that are read from the end."""

from __future__ import annotations

from raisonne.matching.letters import SYMBOLS, Letters, merge, plain

_TURNED = dict(
    zip(
        "ɐɔǝɟƃɥᴉıɾʞꞁɯɹʇʌʍʎⱯƆƎℲ⅁ꓘ⅃Ԁᴚ⊥Ʌ⅄∀",
        "acefghiijklmrtvwyacefgklprtvya",
        strict=True,
    )
)
# These turn into one another, so they only count beside letters that nothing but turning explains.
_AMBIGUOUS = dict(zip("bdpqnu", "qpdbun", strict=True))
_ENOUGH = 2
"""Different letters that nothing but turning explains."""


def backward_letters(letters: Letters) -> Letters:
    """Return letters as they read from the end."""
    return Letters(letters.text, letters.firm[::-1], letters.merged[::-1], letters.places[::-1])


def turned_letters(text: str) -> tuple[Letters, ...]:
    """Return a text's letters turned back, read forwards and backwards; empty if none is turned."""
    if text.isascii() or len(_TURNED.keys() & set(text)) < _ENOUGH:
        return ()
    # Whoever turns letter by letter takes ʍ for a turned m, which it looks like upright.
    forwards = _turn(text, range(len(text)), _TURNED | {"ʍ": "m"})
    return forwards, _turn(text, range(len(text) - 1, -1, -1), _TURNED)


def _turn(text: str, order: range, turned: dict[str, str]) -> Letters:
    firm: list[str] = []
    places: list[int] = []
    for place in order:
        character = text[place]
        found = turned.get(character) or _AMBIGUOUS.get(character.lower())
        for letter in found or ("" if character in SYMBOLS else plain(character)):
            firm.append(letter)
            places.append(place)
    joined = "".join(firm)
    return Letters(text, joined, merge(joined), places)
