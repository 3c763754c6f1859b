from __future__ import annotations

from tests.unit.matching.benign import BENIGN, CLOSE, LISTED

from raisonne.matching.term_index import ListedTerm, TermIndex
from raisonne.rights.term import TermGrade


def test_prompts_that_name_nobody_are_left_alone():
    index = TermIndex([ListedTerm(term) for term in LISTED])
    assert len(set(BENIGN)) >= 200
    found = {prompt: index.find(prompt).hits for prompt in BENIGN}
    told = [(prompt, hit.term, hit.grade) for prompt, hits in found.items() for hit in hits]
    # For a person to look at, at most: the bar is one in 200.
    assert len({prompt for prompt, _, _ in told}) <= 1, told


def test_prompts_that_come_close_to_names_are_never_refused():
    index = TermIndex([ListedTerm(term) for term in LISTED])
    found = {prompt: index.find(prompt).hits for prompt in (*BENIGN, *CLOSE)}
    assert {hit.grade for hits in found.values() for hit in hits} == {TermGrade.FUZZY}
    assert sum(bool(found[prompt]) for prompt in CLOSE) <= len(CLOSE) // 10


def test_all_listed_names_are_found_where_they_are_named():
    index = TermIndex([ListedTerm(term) for term in LISTED])
    for term in LISTED:
        assert term in {hit.term for hit in index.find(f"a work by {term}, at dawn").hits}


def test_a_name_that_is_a_common_phrase_is_found_in_it():
    # Nobody can tell the two apart, so such a name is for a tenant's own list, for review.
    index = TermIndex([ListedTerm("Summer Rain"), ListedTerm("齐白石")])
    assert len(index.find("a lake house in summer rain").hits) == 1
    assert len(index.find("整齐白石头小路").hits) == 1
