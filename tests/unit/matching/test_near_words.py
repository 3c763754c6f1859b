from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raisonne.matching.near_words import SHORTEST, NearWords

WORDS = st.text("abcd", min_size=SHORTEST, max_size=9)


def distance(one: str, other: str) -> int:
    """Restricted edit distance by the whole table, slowly."""
    table = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            wrong = one[i - 1] != other[j - 1]
            ways = table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + wrong
            table[i][j] = min(ways)
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(st.lists(WORDS, unique=True, max_size=30), WORDS)
def test_words_one_edit_away_are_found_and_no_others(words, word):
    expected = sorted(other for other in words if distance(word, other) == 1)
    assert sorted(NearWords(words).find(word)) == expected


def test_what_is_too_short_or_too_long_is_passed_over():
    near = NearWords(["abc", "a" * 100, "abcd"])
    assert list(near.find("abce")) == ["abcd"]
    assert list(near.find("abd")) == ["abcd"]
    assert list(near.find("a" * 99)) == []
    assert list(NearWords([]).find("abcd")) == []
