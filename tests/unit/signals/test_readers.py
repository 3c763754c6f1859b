"""What single dialects say about single works."""

from __future__ import annotations

import pytest
from tests.unit.signals.strategies import SEEN

from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import ReservationKind, Use
from raisonne.signals.aipref import DRAFT, LABELS
from raisonne.signals.importing import read_signal, read_xmp
from raisonne.signals.pages import header_block
from raisonne.signals.places import everywhere, matches, place_of
from raisonne.signals.training_mining import read_training_mining_entries

RSL = '<rsl xmlns="https://rslstandard.org/rsl">{}</rsl>'
CONTENT = '<content url="{}"><license>{}</license></content>'


def read(dialect: Dialect, raw: str | bytes, location: str | None = None) -> Signal | None:
    data = raw if isinstance(raw, bytes) else raw.encode()
    return read_signal(dialect, data, "x", SEEN, location=location)


def permitted(signal: Signal | None) -> set[str]:
    return set() if signal is None else {use.value for use in signal.permitted}


def reserved(signal: Signal | None) -> set[str]:
    return set() if signal is None else {kind.value for kind in signal.reserved}


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/a", True),
        ("/a", "/ab", True),
        ("/a$", "/ab", False),
        ("/a$", "/a", True),
        ("/*.jpg", "/x/y.jpg?z", True),
        ("/*.jpg$", "/x/y.jpg?z", False),
        ("/*.jpg$", "/a.jpg.jpg", True),
        ("/a*b*c$", "/a-c-b-c", True),
        ("/a*b*c$", "/a-c-b", False),
        ("/ab*ab$", "/ab", False),
        ("/*a*a$", "/a", False),
        ("*.png", "/b.png", True),
        ("/b", "/a", False),
    ],
)
def test_patterns_are_those_of_rfc_9309(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_places_are_written_in_one_way() -> None:
    assert place_of("/%7Ea/%c3%a4").path == place_of("/~a/ä").path == "/~a/%C3%A4"
    assert place_of("https://u:p@X.org:8/a?b").host == "x.org:8"
    assert place_of("https://x.org").path == "/"
    assert [everywhere(pattern) for pattern in ("/", "/*", "*", "/a", "", "/$")] == (
        [True, True, True, False, False, False]
    )


def test_the_reservation_counts_where_the_first_and_the_longest_rule_differ() -> None:
    rules = '[{"location": "/", "tdm-reservation": %d}, {"location": "/a/", "tdm-reservation": %d}]'
    assert reserved(read(Dialect.TDMREP, rules % (0, 1), "/a/b")) == {"tdm", "ai-training"}
    assert reserved(read(Dialect.TDMREP, rules % (1, 0), "/a/b")) == {"tdm", "ai-training"}
    assert permitted(read(Dialect.TDMREP, rules % (0, 1), "/b")) == {"mine"}
    assert read(Dialect.TDMREP, '[{"location": "/a", "tdm-reservation": 1}]', "/b") is None


def test_a_policy_is_kept_where_it_is_printable() -> None:
    signal = read(Dialect.TDMREP, "tdm-reservation: 1\r\ntdm-policy: https://x.org/p\r\n")
    assert signal is not None
    assert signal.licence == "https://x.org/p"
    long = read(Dialect.TDMREP, f"tdm-reservation: 1\r\ntdm-policy: {'a' * 3_000}\r\n")
    assert long is not None
    assert (long.licence, reserved(long)) == ("", {"tdm", "ai-training"})


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html><title>\xe4\xf6 <meta</title><meta name=tdm-reservation content=1>",
        b'<head><meta name="about" content="5" pipes"><meta name="tdm-reservation" content="1">',
        b"<html><script><meta name=a></script><META NAME=tdm-reservation\ncontent=1 >",
        b'<head><meta name="tdm-&#114;eservation" content="&#49;">',
    ],
)
def test_pages_as_they_are(page: bytes) -> None:
    assert reserved(read(Dialect.TDMREP, page)) == {"tdm", "ai-training"}


def test_a_page_of_two_minds_reserves() -> None:
    page = "<head><meta name=tdm-reservation content=0><meta name=tdm-reservation content=1>"
    assert reserved(read(Dialect.TDMREP, page)) == {"tdm", "ai-training"}


def test_what_is_hidden_from_a_browser_says_nothing() -> None:
    hidden = "<html><!-- <meta name=robots content=noai> --><style><meta name=robots content=noai>"
    assert read(Dialect.ROBOTS_META, hidden) is None
    assert read(Dialect.ROBOTS_META, "<html><!-- <meta name=robots content=noai>") is None


def test_header_fields_become_lines() -> None:
    fields = [("TDM-Reservation", "1"), ("X-Robots-Tag", "noai\r\nEvil: 1")]
    assert header_block(fields) == b"TDM-Reservation: 1\r\nX-Robots-Tag: noai  Evil: 1\r\n"
    assert reserved(read(Dialect.TDMREP, header_block(fields))) == {"tdm", "ai-training"}


def test_no_index_denies_the_index_without_a_reservation() -> None:
    signal = read(Dialect.ROBOTS_META, "X-Robots-Tag: noindex, max-snippet: -1\r\n")
    assert signal is not None
    assert (signal.prohibited, signal.reserved) == ({Use.INDEX}, frozenset())
    dated = "X-Robots-Tag: unavailable_after: Friday, 25 Jun 2010 15:00:00 PST\r\n"
    assert read(Dialect.ROBOTS_META, dated) is None


@pytest.mark.parametrize(
    ("value", "permits", "reserves"),
    [
        ("DMI-ALLOWED", {"mine", "train", "index"}, set()),
        ("DMI-PROHIBITED-AIMLTRAINING", set(), {"ai-training"}),
        ("DMI-PROHIBITED-GENAIMLTRAINING", set(), {"ai-training"}),
        ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", {"index"}, {"tdm", "ai-training"}),
        ("DMI-PROHIBITED", set(), {"tdm", "ai-training"}),
        ("DMI-PROHIBITED-SEECONSTRAINT", set(), {"tdm", "ai-training"}),
        ("DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR", set(), {"tdm", "ai-training"}),
        ("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", set(), {"tdm", "ai-training"}),
        ("DMI-UNSPECIFIED", set(), set()),
    ],
)
@pytest.mark.parametrize(
    "form", ["{}", "http://ns.useplus.org/ldf/vocab/{}", "https://ns.useplus.org/ldf/vocab/{}"]
)
def test_the_nine_values_of_plus(
    form: str, value: str, permits: set[str], reserves: set[str]
) -> None:
    signal = read(Dialect.PLUS_DATA_MINING, form.format(value))
    assert (permitted(signal), reserved(signal)) == (permits, reserves)
    assert (signal is None) is (value == "DMI-UNSPECIFIED")


def test_labels_of_tools_are_understood() -> None:
    signal = read(Dialect.PLUS_DATA_MINING, "Prohibited for Generative AI/ML training")
    assert reserved(signal) == {"ai-training"}


def test_one_packet_holds_several_signals() -> None:
    packet = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
  xmlns:tdm="http://www.w3.org/ns/tdmrep/" xmlns:cc="http://creativecommons.org/ns#"
  plus:DataMining="DMI-PROHIBITED-AIMLTRAINING" tdm:reservation="0">
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>   """
    plus, tdmrep, licence = read_xmp(packet.encode(), "a.jpg", SEEN)
    assert (plus.dialect, reserved(plus)) == (Dialect.PLUS_DATA_MINING, {"ai-training"})
    assert (tdmrep.dialect, permitted(tdmrep)) == (Dialect.TDMREP, {"mine"})
    assert (licence.licence, licence.attribution) == ("CC-BY-4.0", True)
    assert read_xmp(packet.encode("utf-16"), "a.jpg", SEEN)[0].reserved == plus.reserved
    (broken,) = read_xmp(packet.encode()[:300], "a.jpg", SEEN)
    assert broken.state is SignalState.UNREADABLE


def test_both_families_of_entries_of_a_credential() -> None:
    for family, dialect in (("cawg", Dialect.CAWG), ("c2pa", Dialect.C2PA)):
        entries = {f"{family}.ai_training": "constrained", f"{family}.data_mining": "allowed"}
        signal = read_training_mining_entries(entries, "a.jpg", SEEN)
        assert signal is not None
        assert (signal.dialect, permitted(signal)) == (dialect, {"mine"})
        assert reserved(signal) == {"ai-training"}
        assert "Constrained" in signal.note
    assert read_training_mining_entries({}, "a.jpg", SEEN) is None
    half = {"cawg.ai_training": "allowed"}
    signal = read_training_mining_entries(half, "a.jpg", SEEN)
    assert permitted(signal) == set()


def test_earlier_labels_of_aipref_deny_and_permit_nothing() -> None:
    assert DRAFT == "draft-ietf-aipref-vocab-08"
    assert set(LABELS) == {"train-ai", "search"}
    for label in ("bots", "tdm", "ai", "genai", "train-genai", "ai-use", "ai-output"):
        assert reserved(read(Dialect.AIPREF, f"{label}=n"))
        assert read(Dialect.AIPREF, f"{label}=y") is None
    assert permitted(read(Dialect.AIPREF, "bots=n, train-ai=y, search=y")) == set()


def test_robots_rules_and_usages_are_for_paths() -> None:
    text = (
        "User-agent: *\nAllow: /\nDisallow: /never/\n"
        "Content-Usage: train-ai=n\nContent-Usage: /ai-ok/ train-ai=y\n\n"
        "User-agent: ExampleBot\nAllow: /\nContent-Usage: train-ai=y\n"
    )
    # The example of draft-ietf-aipref-attach §3.4, whose other crawler is not everybody.
    assert reserved(read(Dialect.ROBOTS_TXT, text, "/test")) == {"ai-training"}
    assert permitted(read(Dialect.ROBOTS_TXT, text, "/ai-ok/a")) == {"train"}
    assert reserved(read(Dialect.ROBOTS_TXT, text, "/never/a")) == {"tdm", "ai-training"}
    assert permitted(read(Dialect.ROBOTS_TXT, text)) == set()


def test_the_longest_rule_decides_and_allow_wins_a_draw() -> None:
    text = "User-agent: CCBot\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c\n"
    assert reserved(read(Dialect.ROBOTS_TXT, text, "/a/x")) == {"tdm", "ai-training"}
    assert read(Dialect.ROBOTS_TXT, text, "/a/b") is None
    assert read(Dialect.ROBOTS_TXT, text, "/c") is None
    assert reserved(read(Dialect.ROBOTS_TXT, text)) == {"tdm", "ai-training"}


def test_crawlers_of_no_ai_may_be_shut_out() -> None:
    assert read(Dialect.ROBOTS_TXT, "User-agent: BadBot\nDisallow: /\n") is None
    everybody = read(Dialect.ROBOTS_TXT, "User-agent: *\nDisallow: /\n")
    assert everybody is not None
    assert everybody.prohibited == {Use.INDEX, Use.MINE, Use.TRAIN}


def test_a_signal_is_not_hidden_by_a_usage_for_the_path() -> None:
    text = "User-agent: *\nContent-Usage: / train-ai=y\nContent-Signal: ai-train=no, ai-input=no\n"
    signal = read(Dialect.ROBOTS_TXT, text, "/")
    assert (permitted(signal), reserved(signal)) == (set(), {"ai-training", "ai-generation"})


def test_ai_txt_speaks_of_kinds_of_files() -> None:
    text = "User-Agent: *\nDisallow: *.jpg\nAllow: *.png\nAllow: /both.jpg\n"
    assert permitted(read(Dialect.AI_TXT, text, "/a.png")) == {"train"}
    assert reserved(read(Dialect.AI_TXT, text, "/both.jpg")) == {"tdm", "ai-training"}
    assert read(Dialect.AI_TXT, text, "/a.gif") is None


def test_rsl_chooses_the_content_for_the_work() -> None:
    document = RSL.format(
        CONTENT.format("/", '<prohibits type="usage">all</prohibits>')
        + CONTENT.format("/open/", '<permits type="usage">ai-train, search</permits>')
        + CONTENT.format("https://other.org/", '<permits type="usage">all</permits>')
    )
    assert permitted(read(Dialect.RSL, document, "https://x.org/open/a")) == {"train", "index"}
    assert permitted(read(Dialect.RSL, document, "https://x.org/a")) == set()
    assert permitted(read(Dialect.RSL, document, "https://other.org/a")) == set()
    # Without the host it is not known whether the content of another site is meant.
    other = RSL.format(CONTENT.format("https://o.org/", '<permits type="usage">all</permits>'))
    assert permitted(read(Dialect.RSL, other, "/a")) == set()
    assert permitted(read(Dialect.RSL, other, "https://o.org/a")) == {"mine", "train", "index"}
    assert read(Dialect.RSL, other, "https://x.org/a") is None


def test_rsl_bounds_permissions_by_country_and_credit() -> None:
    licence = (
        '<permits type="usage">search ai-index</permits><permits type="geo">de fr</permits>'
        '<payment type="attribution"><standard>https://x.org/terms</standard></payment>'
        '<legal type="warranty">ownership</legal>'
    )
    signal = read(Dialect.RSL, RSL.format(CONTENT.format("/", licence)))
    assert signal is not None
    assert permitted(signal) == {"index", "mine"}
    assert (signal.territories, signal.attribution) == ({"DE", "FR"}, True)
    assert signal.licence == "https://x.org/terms"


def test_of_several_rsl_licences_any_may_be_taken() -> None:
    two = (
        '<content url="/"><license><permits type="usage">search</permits></license>'
        '<license><permits type="usage">ai-train</permits><payment type="training"/></license>'
        "</content>"
    )
    signal = read(Dialect.RSL, RSL.format(two))
    assert permitted(signal) == {"index"}
    assert "ai-training" in reserved(signal)


@pytest.mark.parametrize("condition", ["<payment/>", "<reporting/>", '<permits type="moon"/>'])
def test_an_rsl_element_that_is_not_known_is_a_condition(condition: str) -> None:
    licence = f'<permits type="usage">all</permits>{condition}'
    signal = read(Dialect.RSL, RSL.format(CONTENT.format("/", licence)))
    if condition == "<payment/>":
        assert permitted(signal) == {"mine", "train", "index"}  # §3.7: free unless it says so
    else:
        assert permitted(signal) == set()


def test_odrl_permits_what_it_names_where_it_names_it() -> None:
    policy = """{"@type": "odrl:Set", "uid": "https://x.org/p", "action": "display",
      "permission": [{"target": "https://x.org/a", "duty": {"action": "odrl:attribute"},
        "constraint": {"leftOperand": "spatial", "operator": "eq", "rightOperand": "iso:DE"}}],
      "prohibition": [{"action": "https://raisonne.app/ns/rights#reserve-style"}]}"""
    signal = read(Dialect.ODRL, policy, "https://x.org/a")
    assert signal is not None
    assert permitted(signal) == {"display"}
    assert signal.territories == {"DE"}
    assert signal.attribution
    assert signal.licence == "https://x.org/p"
    assert signal.reserved == {ReservationKind.STYLE}
    assert permitted(read(Dialect.ODRL, policy, "https://x.org/b")) == set()


def test_licences_with_conditions_keep_them() -> None:
    signal = read(Dialect.SPDX, "https://creativecommons.org/licenses/by-nc-nd/4.0/deed.de")
    assert signal is not None
    assert permitted(signal) == {"display", "index"}
    assert signal.prohibited == {Use.COMMERCIAL, Use.DERIVE}
    both = read(Dialect.SPDX, "(CC-BY-4.0 OR CC-BY-NC-4.0) AND CC0-1.0 WITH Some-exception")
    assert permitted(both) == {"display", "index", "derive"}
