"""Names told by their words: misspelt, family name first, and family names alone.

A family name alone names an artist only where the text says that it does: after "in the style of",
"by" and the like, or beside the Chinese words for style and imitation. All of it is for a person to
look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from sys import maxsize

from raisonne.matching.grading import Grading
from raisonne.matching.letters import folded, is_unspaced, plain
from raisonne.matching.near_words import SHORTEST, NearWords
from raisonne.rights.term import TermGrade

# Scripts without spaces end a word, and no name is told by its words in them.
_WORD = re.compile(r"[^\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_LONG_WORD = 7
"""Letters of a name of one word from which on one of them may be wrong."""
_LONG = 8
"""Letters of a longer name from which on one of them may be wrong."""
_LONG_SHORT = 10
"""The same where the word with the mistake has fewer than five letters."""
_REVERSED = 11
"""The same in the other order without capitals, or with a comma between."""
_STOP = re.compile(r"[.,;:!?\u2026\u3001\u3002\uff0c]")
_MOST_WORDS = 5
_FAMILY_LETTERS = 4
_MOST_NAMESAKES = 8
_KEPT_WORDS = 1 << 14
_FAMILY_WORDS = range(2, 5)
# What is no family name at the end of a holder's name.
_OTHER_WORDS = """
archive archives art arts books collection co collective company design estate films foundation
gallery games gmbh group images inc institute jr junior limited llc ltd media museum pictures press
production productions project records school senior sr society studio studios team trust
university works
"""
_OTHERS = frozenset(_OTHER_WORDS.split())
# The last two words before a name that say that it is the name whose style is meant.
_PHRASES = """
style of, styles of, manner of, hand of, brush of, homage to, tribute to, inspired by,
influenced by, art by, artist by, artwork by, work by, works by, drawing by, drawn by,
illustrated by, illustration by, made by, paint by, painted by, painting by, photo by,
photographed by, print by, stil von, manier von, gemalde von, style de, maniere de, oeuvre de,
tableau de, peint par, a la
"""
_NAMING = frozenset(phrase.strip() for phrase in _PHRASES.replace("\n", " ").split(","))
_NAMING_ONE = frozenset(["стиле", "манере"])
_HINTING = frozenset(["after", "by", "ft", "like", "nach", "par", "von"])
_FOLLOWING = frozenset(["esque", "inspired", "style", "styled", "stil"])
_HAN_BEFORE = ("仿", "学", "似", "像", "致敬", "临摹", "模仿")
_HAN_AFTER = re.compile(r"\s*的?(风格|画风|笔触|流派|手法|風格|畫風|筆觸|式)")


class Names:
    """Listed names by their words; immutable.

    Args:
        names: For each term its words, empty where it is no name in words.
        artists: For each term, whether it is an artist, whose family name may stand alone.
    """

    def __init__(self, names: Sequence[str], artists: Sequence[bool]) -> None:
        self._names: dict[str, int] = {}
        self._namesakes: dict[str, list[int]] = {}
        self._lasts: dict[str, list[int]] = {}
        counts: set[int] = set()
        parts: set[str] = set()
        for number, name in enumerate(names):
            if self._names.setdefault(name, number) != number:
                self._namesakes.setdefault(name, []).append(number)
            words = name.split(" ")
            count = len(words)
            counts.add(count)
            if len(name) - count >= (_LONG_WORD if count == 1 else _LONG) - 1:
                parts.update(words)
            if count > 1:
                numbers = self._lasts.setdefault(words[-1], [])
                if artists[number] and count in _FAMILY_WORDS and len(numbers) < _MOST_NAMESAKES:
                    numbers.append(number)
        for last, numbers in self._lasts.items():
            if len(last) < _FAMILY_LETTERS or last in _OTHERS or not last.isalpha():
                numbers.clear()
        self._names.pop("", None)
        self._parts, self._single = parts, 1 in counts
        self._counts = sorted(count for count in counts if count <= _MOST_WORDS)
        near = NearWords(sorted(parts))
        # Most words of most prompts are the same few thousand.
        self._near = lru_cache(maxsize=_KEPT_WORDS)(lambda word: tuple(near.find(word)))

    def find(self, text: str) -> Iterator[tuple[int, Grading]]:
        """Yield terms by number, with where and how plainly they are written."""
        known = _words_in(text)
        told = self._told(known)
        if not told:
            return
        spans = [match.span() for match in _WORD.finditer(text)]
        for at in told:
            yield from self._misspelt(text, known, spans, at)
            if known[at] in self._lasts:
                yield from self._alone(text, known, spans, at)
                yield from self._other_order(text, known, spans, at)

    def _told(self, known: list[str]) -> list[int]:
        """Return where a word stands that may tell a name.

        A word with a mistake tells one of several words only beside another one of them.
        """
        lasts, near, alone = self._lasts, self._near, _LONG_WORD - 1 if self._single else maxsize
        part = [word in self._parts for word in known]
        beside = [a or b for a, b in zip([False, *part], [*part[1:], False], strict=False)]
        return [
            at
            for at, word in enumerate(known)
            if word in lasts or ((beside[at] or len(word) >= alone) and near(word))
        ]

    def _numbers(self, name: str) -> Iterator[int]:
        yield self._names[name]
        yield from self._namesakes.get(name, ())

    def _misspelt(
        self, text: str, known: list[str], spans: list[tuple[int, int]], at: int
    ) -> Iterator[tuple[int, Grading]]:
        meant = self._near(known[at])
        for first, count in self._windows(known, at) if meant else ():
            before, after = known[first:at], known[at + 1 : first + count]
            start, end = spans[first][0], spans[first + count - 1][1]
            if _STOP.search(text, start, end):
                continue
            for word in meant:
                name = " ".join([*before, word, *after])
                if name in self._names and _tells(name, count, word):
                    for number in self._numbers(name):
                        yield number, Grading(TermGrade.FUZZY, "edit", start, end)

    def _windows(self, known: list[str], at: int) -> Iterator[tuple[int, int]]:
        """Yield where names of several lengths may lie around a word, all others being theirs."""
        parts, reach = self._parts, self._counts[-1]
        low = high = at
        while low > 0 and at - low < reach and known[low - 1] in parts:
            low -= 1
        while high + 1 < len(known) and high - at < reach and known[high + 1] in parts:
            high += 1
        for count in self._counts:
            for first in range(max(low, at - count + 1), min(at, high - count + 1) + 1):
                yield first, count

    def _other_order(
        self, text: str, known: list[str], spans: list[tuple[int, int]], at: int
    ) -> Iterator[tuple[int, Grading]]:
        """Yield names whose last word is at a place before the others."""
        orders = (
            (at, 2, (1, 0)),  # Gogh Vincent
            (at, 3, (1, 2, 0)),  # Gogh Vincent van
            (at - 1, 3, (2, 0, 1)),  # van Gogh Vincent
        )
        for first, count, order in orders:
            if 0 <= first <= len(known) - count:
                name = " ".join(known[first + place] for place in order)
                if name in self._names:
                    yield from self._reversed(text, spans[first : first + count], name)

    def _reversed(
        self, text: str, spans: list[tuple[int, int]], name: str
    ) -> Iterator[tuple[int, Grading]]:
        size = len(name) - len(spans) + 1
        named = sum(text[first].isupper() for first, _ in spans) > 1
        # Words in another order are often just words, and a list of them often has commas.
        across = _STOP.search(text, spans[0][1], spans[-1][0]) is not None
        if size < (_LONG if named and not across else _REVERSED) or (across and not named):
            return
        grading = Grading(TermGrade.FUZZY, "reversed", spans[0][0], spans[-1][1])
        for number in self._numbers(name):
            yield number, grading

    def _alone(
        self, text: str, known: list[str], spans: list[tuple[int, int]], at: int
    ) -> Iterator[tuple[int, Grading]]:
        numbers = self._lasts[known[at]]
        if numbers and _is_named(text, known, spans[at], at):
            for number in numbers:
                yield number, Grading(TermGrade.FUZZY, "family-name", *spans[at])


def _words_in(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.lower())
    return [_fold(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=_KEPT_WORDS)
def _fold(word: str) -> str:
    return folded(word, plain)


def _tells(name: str, words: int, wrong: str) -> bool:
    """Whether a name is long enough to be told with a mistake in one of its words."""
    letters = len(name) - words + 1
    if words == 1:
        return letters >= _LONG_WORD
    return letters >= (_LONG if len(wrong) > SHORTEST else _LONG_SHORT)


def _is_named(text: str, known: list[str], span: tuple[int, int], at: int) -> bool:
    """Whether a text says of a word that it is whose style is meant."""
    before, after = known[max(0, at - 2) : at], known[at + 1 : at + 3]
    last = before[-1] if before else ""
    named = " ".join(before) in _NAMING or last in _NAMING_ONE or _in_han(text, span)
    if text[span[0]].isupper():
        follows = bool(after) and after[after[0] == "s" and len(after) > 1] in _FOLLOWING
        return named or follows or last in _HINTING
    # In small letters it is a family name only where nothing follows that it could describe.
    return named and not re.match(r"[\s-]+[^\W_]", text[span[1] : span[1] + 4])


def _in_han(text: str, span: tuple[int, int]) -> bool:
    before = text[max(0, span[0] - 3) : span[0]].rstrip()
    return before.endswith(_HAN_BEFORE) or bool(_HAN_AFTER.match(text, span[1]))


def joined_words(term: str) -> str:
    """Return the words of a name in letters that are told apart by spaces; empty for others."""
    if term.isascii():
        words = term.lower().split()
        return " ".join(words if "".join(words).isalnum() else _WORD.findall(term.lower()))
    words = [_fold(word) for word in _WORD.findall(term)]
    return "" if any(word and is_unspaced(word[0]) for word in words) else " ".join(words)
