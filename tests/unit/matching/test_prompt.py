from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from raisonne.matching.prompt import find_terms

WORDS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=1)


def spans(prompt: str, term: str) -> list[str]:
    return [prompt[hit.start : hit.end] for hit in find_terms(prompt, [(term, "works/1")])]


@pytest.mark.parametrize(
    ("prompt", "term", "found"),
    [
        ("a hill by Hokusai at dawn", "Hokusai", ["Hokusai"]),
        ("in the style of hOKUSAI", "Hokusai", ["hOKUSAI"]),
        ("Vincent  van\n Gogh, please", "Vincent van Gogh", ["Vincent  van\n Gogh"]),
        (
            "\uff56\uff41\uff4e \uff27\uff4f\uff47\uff48",
            "van Gogh",
            ["\uff56\uff41\uff4e \uff27\uff4f\uff47\uff48"],
        ),
        ("Ho\u200bku\u00adsai", "Hokusai", ["Ho\u200bku\u00adsai"]),
        ("Durer and Dürer and Du\u0308rer", "Dürer", ["Durer", "Dürer", "Du\u0308rer"]),
        ("Cafe\u0301!", "café", ["Cafe\u0301"]),
        ("like Jean-Michel Basquiat's", "Jean Michel Basquiat", ["Jean-Michel Basquiat"]),
        ("STRASSENMALER", "Straßenmaler", ["STRASSENMALER"]),
        ("the ﬁne Griﬃn", "Griffin", ["Griﬃn"]),
        ("富士山を描く葛飾北斎の絵", "葛飾北斎", ["葛飾北斎"]),
        ("Klee Klee", "Klee", ["Klee", "Klee"]),
        ("a kleenex", "Klee", []),
        ("Van Goghs", "van Gogh", []),
        ("", "Klee", []),
        ("anything", "", []),
        ("!?", "!?", []),
    ],
)
def test_names_are_found_as_whole_words_however_typed(prompt, term, found):
    assert spans(prompt, term) == found


@pytest.mark.parametrize(
    ("prompt", "term"),
    [
        ("Ils\N{CYRILLIC SMALL LETTER IE} Norden", "Ilse Norden"),
        ("\N{CYRILLIC LETTER PALOCHKA}LSE NORDEN", "Ilse Norden"),
        ("Ilse N\N{GREEK SMALL LETTER OMICRON WITH TONOS}rden", "Ilse Norden"),
        ("Ilse \N{GREEK CAPITAL LETTER NU}orden", "Ilse Norden"),
        ("Ilse Norde\N{ARMENIAN SMALL LETTER VO}", "Ilse Norden"),
        ("Ils\N{CYRILLIC SMALL LETTER IO}\u200b  Norden", "Ilse Norden"),
        ("\uff29\uff4c\uff53\N{CYRILLIC SMALL LETTER IE} Norden", "Ilse Norden"),
        ("Edgar \u0420\u043e\u0435", "Edgar Poe"),
        ("\u0421\u0435\u0440o\u0432", "\u0421\u0435\u0440\u043e\u0432"),
    ],
)
def test_lookalikes_from_other_scripts_are_seen_through(prompt, term):
    assert spans(f"waves by {prompt}, at dawn", term) == [prompt]


RUSSIAN = "\u043d\u0430 \u0440\u043e\u0435 \u0442\u043e\u043d\u0430"
GREEK = "\u03c4\u03bf \u03bd\u03b1\u03bd \u03ba\u03b1\u03b9"


@pytest.mark.parametrize(
    ("prompt", "term"),
    [
        (RUSSIAN, "Poe"),
        (f"a picture: {RUSSIAN}", "Poe"),
        (f"a picture: {RUSSIAN}", "Ha"),
        (GREEK, "to"),
        (f"like Kahlo, {GREEK}", "Kai"),
        (f"like Kahlo, {GREEK}", "vav"),
        ("Poe", "\u0420\u043e\u0435"),
        (f"Poe {GREEK}", "\u0420\u043e\u0435"),
    ],
)
def test_honest_words_of_other_scripts_are_not_names(prompt, term):
    assert spans(prompt, term) == []


def test_names_in_their_own_script_are_found_among_others():
    prompt = "\u043f\u043e\u043b\u0435 van Gogh, \u041c\u0410\u041b\u0415\u0412\u0418\u0427"
    assert spans(prompt, "Van Gogh") == ["van Gogh"]
    assert spans(prompt, "\u041c\u0430\u043b\u0435\u0432\u0438\u0447") == [prompt[15:]]


@given(WORDS, st.text("\u0430\u0431\u0432\u0435\u043e\u0440\u03b1\u03b5\u03bf "))
def test_other_scripts_beside_a_name_take_and_add_nothing(name, other):
    prompt = f"{name} {other}"
    expected = [(hit.start, hit.end) for hit in find_terms(name, [(name, "works/1")])]
    assert [(hit.start, hit.end) for hit in find_terms(prompt, [(name, "works/1")])] == expected


def test_every_work_behind_a_name_is_told():
    hits = find_terms("by Klee", [("Klee", "works/2"), ("Klee", "works/1"), ("by", "works/3")])
    assert [(hit.term, hit.work, hit.start, hit.end) for hit in hits] == [
        ("by", "works/3", 0, 2),
        ("Klee", "works/1", 3, 7),
        ("Klee", "works/2", 3, 7),
    ]


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_is_survived_and_spans_lie_within(prompt, terms):
    for hit in find_terms(prompt, [(term, "works/1") for term in terms]):
        assert 0 <= hit.start < hit.end <= len(prompt)


@given(WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_name_among_other_text_is_found(name, before, after):
    prompt = f"{before} {name} {after}"
    start = len(before) + 1
    found = {(hit.start, hit.end) for hit in find_terms(prompt, [(name, "works/1")])}
    # Marks at the start of what follows belong to the space, not to the name.
    assert (start, start + len(name)) in found


@given(WORDS)
def test_decomposed_and_folded_spellings_are_the_same_name(name):
    assume(name.upper().casefold() == name.casefold())
    typed = unicodedata.normalize("NFD", name.upper())
    assert spans(typed, name) == [typed]
