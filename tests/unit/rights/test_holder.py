from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.rights.errors import InputError
from raisonne.rights.holder import distinct_names, holder_key
from raisonne.rights.identifier import IdentifierScheme, check_character, normal_identifier

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SIXTEEN = (IdentifierScheme.ISNI, IdentifierScheme.ORCID)


@pytest.mark.parametrize(
    "spelling",
    ["Anna Öst", "ANNA  ÖST", " anna\to\u0308st ", "\uff21nna Öst", "An\u00adna\u200b Öst"],
)
def test_spellings_of_one_name_share_a_key(spelling: str) -> None:
    assert holder_key(spelling) == "anna öst"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Ost", "Anna Öst"),
        ("齐白石", "齊白石"),
        ("Jean-Luc", "Jean Luc"),
        ("Straße", "Strase"),
        ("", "x"),
    ],
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert holder_key(one) != holder_key(other)


@given(NAMES)
def test_a_key_is_its_own_key_and_knows_no_case_and_no_form(name: str) -> None:
    key = holder_key(name)
    assert holder_key(key) == key
    assert holder_key(f"  {name}\n") == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert holder_key(unicodedata.normalize(form, name)) == key
    assert holder_key(name.casefold()) == key


@given(st.lists(NAMES, max_size=6))
def test_distinct_names_have_distinct_keys_and_the_first_spelling_stays(names: list[str]) -> None:
    distinct = distinct_names(names)
    keys = [holder_key(name) for name in distinct]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {holder_key(name) for name in names} - {""}
    assert distinct_names(distinct) == distinct


@pytest.mark.parametrize(
    ("scheme", "written", "normal"),
    [
        (IdentifierScheme.ISNI, "0000 0001 2281 955X", "000000012281955X"),
        (IdentifierScheme.ISNI, "https://isni.org/isni/000000012150090X", "000000012150090X"),
        (IdentifierScheme.ORCID, "0000-0002-1825-0097", "0000-0002-1825-0097"),
        (IdentifierScheme.ORCID, "https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        (IdentifierScheme.IPI, "00014107338", "00014107338"),
        (IdentifierScheme.IPI, "14107338", "00014107338"),
        (IdentifierScheme.ULAN, "500125345", "500125345"),
        (IdentifierScheme.WIKIDATA, " q467577 ", "Q467577"),
    ],
)
def test_identifiers_have_a_normal_form(
    scheme: IdentifierScheme, written: str, normal: str
) -> None:
    assert normal_identifier(scheme, written) == normal
    assert normal_identifier(scheme, normal) == normal


@pytest.mark.parametrize(
    ("scheme", "written"),
    [
        (IdentifierScheme.ISNI, "0000000122819550"),
        (IdentifierScheme.ISNI, "00000001228195"),
        (IdentifierScheme.ORCID, "0000-0002-1825-0098"),
        (IdentifierScheme.ORCID, "X000-0002-1825-0097"),
        (IdentifierScheme.IPI, "123456789012"),
        (IdentifierScheme.IPI, "١٢٣"),
        (IdentifierScheme.ULAN, "600125345"),
        (IdentifierScheme.WIKIDATA, "P31"),
        (IdentifierScheme.WIKIDATA, "Q0"),
        *((scheme, "") for scheme in IdentifierScheme),
    ],
)
def test_what_is_no_identifier_is_refused(scheme: IdentifierScheme, written: str) -> None:
    with pytest.raises(InputError) as raised:
        normal_identifier(scheme, written)
    assert raised.value.metadata["field"] == scheme.value


@given(st.from_regex(r"[0-9]{15}", fullmatch=True), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(digits: str, place: int, off: int) -> None:
    good = digits + check_character(digits)
    wrong = str((int(digits[place]) + off) % 10)
    bad = digits[:place] + wrong + good[place + 1 :]
    for scheme in SIXTEEN:
        normal_identifier(scheme, good)
        with pytest.raises(InputError):
            normal_identifier(scheme, bad)
