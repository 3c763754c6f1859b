"""Letters: a text as what is compared, with the place in the text that each letter came from.

Two foldings of a character are kept apart. The *plain* one undoes what is no disguise or hides
nothing from a reader: compatibility forms and marks (Unicode Standard Annex 15, NFKD), case,
invisible characters, traditional beside simplified Chinese. The *seen-through* one also reads
lookalikes of all scripts (in the manner of Unicode Technical Standard 39, section 4; the table is
decancer's) and symbols such as ``$`` as the Latin letters that they stand for.

Separators are dropped, and ``merged`` gives every digit the letter that it can stand for, so that
one search finds a name however it is spaced and spelt. That search proposes; ``firm``, ``places``
and the text itself are what a proposal is then judged by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import compress

import decancer_py
import opencc

_KEPT_CHARACTERS = 1 << 15
SYMBOLS = "@$!|+€£¥(<"
"""Symbols that stand for letters between letters."""
_MERGING = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "2": "z",
        "3": "e",
        "4": "a",
        "5": "s",
        "6": "g",
        "7": "t",
        "8": "b",
        "9": "g",
        "i": "l",
        "@": "a",
        "$": "s",
        "!": "l",
        "|": "l",
        "+": "t",
        "€": "e",
        "£": "l",
        "¥": "y",
        "(": "c",
        "<": "c",
    }
)
# Bytes are translated ten times as fast.
_MERGING_ASCII = bytes(ord(chr(code).translate(_MERGING)) for code in range(128)) + bytes(128)
_SEPARATORS = bytes(code for code in range(128) if not chr(code).isalnum())
_SYMBOL_IN_WORD = re.compile(rf"[^\W_][{re.escape(SYMBOLS)}]|[{re.escape(SYMBOLS)}][^\W_]")
# Not of category Cf, but nobody sees them either (Default_Ignorable_Code_Point).
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
_UNSPACED = ("CJK ", "HIRAGANA", "KATAKANA", "HANGUL ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_VOICING = "\u3099\u309a"


@dataclass(frozen=True, slots=True)
class Letters:
    """A text as letters.

    Attributes:
        text: As typed.
        firm: Letter by letter, what it was read as.
        merged: The same, with digits, symbols and ``i`` as what they can stand for.
        places: Letter by letter, the character of the text that it came from.
    """

    text: str
    firm: str
    merged: str
    places: Sequence[int]


def plain_letters(text: str) -> Letters:
    """Return a text's letters, with nothing seen through."""
    if text.isascii():
        firm = text.lower().encode().translate(None, _SEPARATORS).decode()
        # What translate has kept is what isalnum says, so the two go side by side.
        places = list(compress(range(len(text)), map(str.isalnum, text)))
        return Letters(text, firm, merge(firm), places)
    return _letters(text, plain)


def seen_letters(text: str) -> Letters | None:
    """Return a text's letters with lookalikes and symbols seen through; None if there are none."""
    if text.isascii():
        return _letters(text, seen) if _SYMBOL_IN_WORD.search(text) else None
    hidden = any(plain(character) != seen(character) for character in set(text))
    return _letters(text, seen) if hidden else None


def merge(firm: str) -> str:
    """Return letters with digits, symbols and ``i`` as what they can stand for."""
    if firm.isascii():
        return firm.encode().translate(_MERGING_ASCII).decode()
    return firm.translate(_MERGING)


def folded(text: str, fold: Callable[[str], str]) -> str:
    """Return a text's letters without their places."""
    return "".join(map(fold, text))


def _letters(text: str, fold: Callable[[str], str]) -> Letters:
    pieces = list(map(fold, text))
    joined = "".join(pieces)
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return Letters(text, joined, merge(joined), places)


@lru_cache(maxsize=_KEPT_CHARACTERS)
def plain(character: str) -> str:
    """Return the letters that a character is, none for separators and what nobody sees."""
    return "".join(piece for piece in _pieces(character) if not is_separator(piece))


@lru_cache(maxsize=_KEPT_CHARACTERS)
def seen(character: str) -> str:
    """Return the letters that a character is or looks like."""
    if character in SYMBOLS:
        return character
    if not character.isascii() and not is_unspaced(character):
        looks = _looks_like(character)
        if looks:
            return looks
    return "".join(_looks_like(piece) or piece for piece in plain(character))


def _pieces(character: str) -> str:
    """Return what a character is made of, less marks and what nobody sees."""
    lowered = unicodedata.normalize("NFKD", character).casefold()
    pieces = unicodedata.normalize("NFKD", lowered)
    if pieces.isascii():
        return pieces
    kept = "".join(piece for piece in pieces if not is_dropped(piece))
    return _to_simplified().convert(kept) if any(map(is_han, kept)) else kept


@cache
def _to_simplified() -> opencc.OpenCC:
    # Its dictionary is read once, and not before a text needs it.
    return opencc.OpenCC("t2s")


def _looks_like(character: str) -> str:
    """Return the Latin letters that a character looks like; empty if it looks like none."""
    if character.isascii() or is_dropped(character) or is_unspaced(character):
        return ""
    if unicodedata.category(character) == "Cs":
        return ""  # Half of a surrogate pair is no character.
    looks = str(decancer_py.parse(character))
    return looks.lower() if looks.isascii() and looks.isalnum() else ""


@lru_cache(maxsize=_KEPT_CHARACTERS)
def is_dropped(character: str) -> bool:
    """Whether a character is a mark on another one, or nobody sees it."""
    if character in _INVISIBLE:
        return True
    category = unicodedata.category(character)
    if category == "Cc":
        return character not in _CONTROLS
    if category == "Mn" and character not in _VOICING:
        # Marks that spell (Indic vowels, Thai tones) tell words apart, and are kept.
        name = unicodedata.name(character, "")
        return name.startswith(("COMBINING ", "ARABIC ", "HEBREW ", "VARIATION ", "MONGOLIAN "))
    return category in {"Cf", "Me"}


@lru_cache(maxsize=_KEPT_CHARACTERS)
def is_separator(character: str) -> bool:
    """Whether a character is neither a letter nor a digit nor a mark that spells."""
    return not character.isalnum() and unicodedata.category(character) not in {"Mn", "Mc"}


@lru_cache(maxsize=_KEPT_CHARACTERS)
def is_unspaced(character: str) -> bool:
    """Whether a character's script puts no spaces between words."""
    return not character.isascii() and unicodedata.name(character, "").startswith(_UNSPACED)


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"


@lru_cache(maxsize=_KEPT_CHARACTERS)
def script(character: str) -> str:
    """Return the first word of a letter's name, which tells its script; empty for digits."""
    pieces = unicodedata.normalize("NFKD", character)[:1]
    return unicodedata.name(pieces, "").partition(" ")[0] if pieces.isalpha() else ""
