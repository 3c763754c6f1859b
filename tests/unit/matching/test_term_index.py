from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.matching.evasions import EVASIONS, LISTED

from raisonne.matching.grading import as_written
from raisonne.matching.letters import folded, merge, plain, seen
from raisonne.matching.term_index import MAX_HITS_PER_TERM, ListedTerm, TermIndex
from raisonne.rights.generation import MAX_PROMPT_CHARACTERS
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.verdict import TermHit

WORDS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=1)
INDEX = TermIndex([ListedTerm(term) for term in LISTED])


def find(prompt: str, *terms: str) -> tuple[TermHit, ...]:
    return TermIndex([ListedTerm(term, "works/1") for term in terms]).find(prompt).hits


def spans(prompt: str, term: str) -> list[str]:
    return [prompt[hit.start : hit.end] for hit in find(prompt, term)]


@pytest.mark.parametrize(("term", "typed", "grade"), EVASIONS)
def test_evasions_are_found_as_the_table_says(term, typed, grade):
    prompt = f"a picture, {typed}, at dawn"
    hits = INDEX.find(prompt).hits
    assert [(hit.term, hit.grade) for hit in hits] == ([] if grade is None else [(term, grade)])
    for hit in hits:
        assert prompt[hit.start : hit.end] in typed


def test_most_evasions_are_found_in_both_languages():
    caught = [term for term, _, grade in EVASIONS if grade is not None]
    assert len(caught) >= 50
    assert sum(not term.isascii() for term in caught) >= 15


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
        ("J. M. W. Turner's sea", "J.M.W. Turner", ["J. M. W. Turner"]),
        ("STRASSENMALER", "Straßenmaler", ["STRASSENMALER"]),
        ("the ﬁne Griﬃn", "Griffin", ["Griﬃn"]),
        ("富士山を描く葛飾北斎の絵", "葛飾北斎", ["葛飾北斎"]),
        ("画Picasso风格", "Picasso", ["Picasso"]),
        ("Ke$ha on stage", "Ke$ha", ["Ke$ha"]),
        ("Klee Klee", "Klee", ["Klee", "Klee"]),
        ("a kleenex", "Klee", []),
        ("Van Goghs", "van Gogh", []),
        ("all of them", "Ali", []),
        ("100 birds", "Loo", []),
        ("かき", "かぎ", []),
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
    (hit,) = find(f"waves by {prompt}, at dawn", term)
    assert (hit.start, hit.end, hit.grade) == (9, 9 + len(prompt), TermGrade.OBSCURED)


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


def test_names_in_cyrillic_and_kana_are_found_romanised():
    assert spans("Vasiliy Kandinskiy at work", "Василий Кандинский") == ["Vasiliy Kandinskiy"]
    assert spans("kusama yayoi", "くさま やよい") == ["kusama yayoi"]


def test_chinese_characters_of_another_language_are_not_read_as_pinyin():
    japanese = ListedTerm("葛飾北斎", languages=("ja",))
    assert TermIndex([japanese]).find("Ge Shibeizhai").hits == ()
    assert len(TermIndex([japanese]).find("葛飾北斎").hits) == 1


def test_family_names_that_are_read_otherwise_are_known():
    assert spans("by Zeng Fanzhi", "曾梵志") == ["Zeng Fanzhi"]
    assert spans("by Zhuge Liang", "诸葛亮") == ["Zhuge Liang"]


@pytest.mark.parametrize(
    "prompt",
    ["by the Church", "church windows", "in the style of church architecture", "wood style floor"],
)
def test_family_names_that_are_words_need_more_than_to_stand_there(prompt):
    assert find(prompt, "Frederic Church", "Grant Wood") == ()


def test_only_artists_have_family_names():
    character = ListedTerm("Harry Rutkowski", category=TermCategory.CHARACTER)
    assert TermIndex([character]).find("in the style of Rutkowski").hits == ()


def test_a_hit_says_what_the_list_says():
    listed = ListedTerm(
        "Coca-Cola",
        entry="terms/7",
        category=TermCategory.TENANT,
        severity=TermSeverity.INFO,
        reason="House rule.",
        appeal="desk@example.org",
    )
    (hit,) = TermIndex([listed]).find("a c0ca-c0la ad", "negative prompt").hits
    assert hit == TermHit(
        term="Coca-Cola",
        work="",
        start=2,
        end=11,
        grade=TermGrade.OBSCURED,
        key="leet",
        category=TermCategory.TENANT,
        field="negative prompt",
        entry="terms/7",
        severity=TermSeverity.INFO,
        reason="House rule.",
        appeal="desk@example.org",
    )


def test_every_work_behind_a_name_is_told():
    terms = [("Klee", "works/2"), ("Klee", "works/1"), ("by", "works/3")]
    hits = TermIndex([ListedTerm(term, work) for term, work in terms]).find("by Klee").hits
    assert [(hit.term, hit.work, hit.start, hit.end) for hit in hits] == [
        ("by", "works/3", 0, 2),
        ("Klee", "works/1", 3, 7),
        ("Klee", "works/2", 3, 7),
    ]


def test_the_plainest_of_overlapping_hits_is_told():
    hits = find("by Greg Rutkowski, Greg Rutkowsky", "Greg Rutkowski")
    assert [(hit.start, hit.grade) for hit in hits] == [
        (3, TermGrade.EXACT),
        (19, TermGrade.FUZZY),
    ]


def test_repetitions_are_told_so_often_and_no_oftener():
    assert len(find("Klee " * 500, "Klee")) == MAX_HITS_PER_TERM


def test_a_list_of_fragments_does_not_take_for_ever():
    index = TermIndex([ListedTerm("石" * size) for size in range(1, 40)])
    found = index.find("石" * MAX_PROMPT_CHARACTERS)
    assert not found.complete
    assert len(found.hits) > 0


def test_many_threads_search_one_index():
    prompts = [f"a picture, {typed}" for _, typed, _ in EVASIONS] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(INDEX.find, prompts)) == [INDEX.find(prompt) for prompt in prompts]


def test_an_index_of_nothing_finds_nothing():
    assert TermIndex([]).find("anything").hits == ()
    assert TermIndex([ListedTerm("!?")]).find("!? anything").complete


# Folding a hit by whichever key found it gives the letters of the term.
@given(
    st.sampled_from([row for row in EVASIONS if row[2] in {TermGrade.EXACT, TermGrade.OBSCURED}]),
    st.text(max_size=30),
    st.text(max_size=30),
)
@settings(max_examples=200)
def test_a_hit_cut_out_and_normalised_is_the_term(row, before, after):
    _, typed, _ = row
    prompt = f"{before} | {typed} | {after}"
    for hit in INDEX.find(prompt).hits:
        cut = prompt[hit.start : hit.end]
        if hit.key in {"pinyin", "reversed", "turned", "backwards"} or hit.grade is TermGrade.FUZZY:
            again = INDEX.find(cut if hit.key != "family-name" else f"by {cut}").hits
            assert hit.term in {other.term for other in again} or hit.grade is TermGrade.FUZZY
        elif hit.grade is TermGrade.EXACT:
            assert as_written(cut) == as_written(hit.term)
        else:
            readings = {merge(folded(cut, fold)) for fold in (plain, seen)}
            assert merge(folded(hit.term, plain)) in readings


@given(WORDS, st.text("\u0430\u0431\u0432\u0435\u043e\u0440\u03b1\u03b5\u03bf "))
def test_other_scripts_beside_a_name_take_and_add_nothing(name, other):
    prompt = f"{name} {other}"
    expected = [(hit.start, hit.end) for hit in find(name, name)]
    assert [(hit.start, hit.end) for hit in find(prompt, name)] == expected


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_is_survived_and_spans_lie_within(prompt, terms):
    for hit in find(prompt, *terms):
        assert 0 <= hit.start < hit.end <= len(prompt)


ANY = st.text(st.characters(), min_size=1, max_size=8)


@given(ANY, st.integers(1, MAX_PROMPT_CHARACTERS))
@settings(max_examples=60, deadline=None)
def test_the_longest_prompts_of_anything_end(piece, size):
    prompt = (piece * (size // len(piece) + 1))[:size]
    for hit in INDEX.find(prompt).hits:
        assert 0 <= hit.start < hit.end <= len(prompt)


@given(WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_name_among_other_text_is_found(name, before, after):
    prompt = f"{before} {name} {after}"
    start = len(before) + 1
    found = {(hit.start, hit.end) for hit in find(prompt, name)}
    # Marks at the start of what follows belong to the space, not to the name.
    assert (start, start + len(name)) in found


@given(WORDS)
def test_decomposed_and_folded_spellings_are_the_same_name(name):
    assume(name.upper().casefold() == name.casefold())
    typed = unicodedata.normalize("NFD", name.upper())
    assert spans(typed, name) == [typed]
