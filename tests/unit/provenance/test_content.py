from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.provenance import content

MANIFEST: dict[str, Any] = {
    "claim_generator": "old/1 c2pa-rs/0.1",
    "claim_generator_info": [{"name": "studio", "version": "2"}],
    "signature_info": {"issuer": "Studio Ltd", "common_name": "Studio"},
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.created", "digitalSourceType": "urn:a"},
                    {"action": "c2pa.edited", "digitalSourceType": "urn:b"},
                ]
            },
        },
        {
            "label": "c2pa.actions__1",
            "data": {"actions": [{"action": "c2pa.filtered", "digitalSourceType": "urn:a"}]},
        },
        {
            "label": "cawg.training-mining",
            "data": {"entries": {"cawg.ai_training": {"use": "notAllowed"}}},
        },
        {
            "label": "c2pa.training-mining",
            "data": {"entries": {"c2pa.data_mining": {"use": "constrained"}}},
        },
    ],
}
READERS = [
    content.claim_generator,
    content.actions,
    content.digital_source_types,
    content.training_mining,
    content.signer_name,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(MANIFEST)), inner),
)


def test_what_a_manifest_says() -> None:
    assert content.claim_generator(MANIFEST) == "studio/2"
    assert content.actions(MANIFEST) == ("c2pa.created", "c2pa.edited", "c2pa.filtered")
    assert content.digital_source_types(MANIFEST) == ("urn:a", "urn:b")
    assert content.training_mining(MANIFEST) == {
        "cawg.ai_training": "notAllowed",
        "c2pa.data_mining": "constrained",
    }
    assert content.signer_name(MANIFEST) == "Studio"


def test_old_claims_name_their_generator_in_one_string() -> None:
    old = {"claim_generator": "old/1 c2pa-rs/0.1"}
    assert content.claim_generator(old) == "old/1 c2pa-rs/0.1"


@pytest.mark.parametrize("read", READERS)
def test_an_empty_manifest_says_nothing(read: Any) -> None:
    assert not read({})


@given(
    manifest=st.fixed_dictionaries({}, optional=dict.fromkeys(("signature_info", *MANIFEST), JSON)),
    data=JSON,
)
def test_no_shape_is_believed(manifest: dict[str, Any], data: Any) -> None:
    labels = ("c2pa.actions", "cawg.training-mining")
    shaped = [{"label": label, "data": data} for label in labels]
    inner = [{"label": label, "data": {"actions": data, "entries": data}} for label in labels]
    for assertions in (shaped, inner, data):
        for read in READERS:
            read(manifest | {"assertions": assertions})
