from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.provenance.certificates import certify

from raisonne.provenance.trust import CLAIM_USAGES, OWN_LIST, TrustProfile
from raisonne.rights.errors import ConfigError


@pytest.fixture(scope="module")
def pem() -> str:
    return certify("Anchor", None).certificate_pem


def test_own_trusts_one_anchor(pem: str) -> None:
    own = TrustProfile.own(pem)
    assert [item.uri for item in own.claims] == [OWN_LIST]
    assert own.times == ()
    assert own.usages == CLAIM_USAGES


def test_directory_sorts_lists_by_their_names(tmp_path: Path, pem: str) -> None:
    for name in (
        "c2pa-trust-list.pem",
        "test-roots.pem",
        "vendor-anchors.pem",
        "c2pa-tsa-trust-list.pem",
        "digicert-tsa.pem",
        "unrelated.pem",
    ):
        (tmp_path / name).write_text(pem)
    (tmp_path / "allowed-ekus.txt").write_text("1.2.3\n1.2.4\n")
    trust = TrustProfile.from_directory(tmp_path)
    assert [item.uri for item in trust.claims] == [
        "urn:raisonne:trust:c2pa-trust-list",
        "urn:raisonne:trust:test-roots",
        "urn:raisonne:trust:vendor-anchors",
    ]
    assert [item.uri for item in trust.times] == [
        "urn:raisonne:trust:c2pa-tsa-trust-list",
        "urn:raisonne:trust:digicert-tsa",
    ]
    assert trust.usages == {"1.2.3", "1.2.4"}


def test_usages_have_a_default(tmp_path: Path, pem: str) -> None:
    (tmp_path / "roots.pem").write_text(pem)
    assert TrustProfile.from_directory(tmp_path).usages == CLAIM_USAGES


def test_a_directory_without_claim_anchors_is_refused(tmp_path: Path, pem: str) -> None:
    (tmp_path / "only-tsa.pem").write_text(pem)
    for directory in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConfigError):
            TrustProfile.from_directory(directory)


@pytest.mark.parametrize("content", [b"", b"no certificates", b"\xff\xfe"])
def test_lists_that_do_not_parse_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roots.pem").write_bytes(content)
    with pytest.raises(ConfigError):
        TrustProfile.from_directory(tmp_path)
