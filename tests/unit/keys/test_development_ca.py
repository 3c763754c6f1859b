from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from raisonne.keys.development_ca import (
    CLAIM_SIGNING,
    DevelopmentAuthority,
    open_development_authority,
)
from raisonne.rights.errors import ConfigError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Chain = tuple[x509.Certificate, x509.Certificate, x509.Certificate]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority that tests must leave as it is."""
    path = tmp_path_factory.mktemp("authority")
    open_development_authority(path, NOW)
    return path


def copy_of(directory: Path, target: Path) -> Path:
    for path in directory.glob("*.pem"):
        copy = target / path.name
        copy.touch(mode=0o600)
        copy.write_bytes(path.read_bytes())
    return target


def certificates(authority: DevelopmentAuthority) -> Chain:
    leaf, issuing = x509.load_pem_x509_certificates(authority.chain_pem.encode())
    return leaf, issuing, x509.load_pem_x509_certificate(authority.root_pem.encode())


def test_chain_follows_the_c2pa_profiles(directory: Path) -> None:
    leaf, issuing, root = certificates(open_development_authority(directory, NOW))
    root.verify_directly_issued_by(root)
    issuing.verify_directly_issued_by(root)
    leaf.verify_directly_issued_by(issuing)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=366)
    assert issuing.not_valid_after_utc - issuing.not_valid_before_utc <= timedelta(days=1827)
    assert leaf.not_valid_after_utc < issuing.not_valid_after_utc < root.not_valid_after_utc
    for certificate in (leaf, issuing, root):
        assert {"2.5.4.6", "2.5.4.10", "2.5.4.3"} == {
            attribute.oid.dotted_string for attribute in certificate.subject
        }


@pytest.mark.parametrize(("level", "path_length"), [(1, 0), (2, 1)])
def test_authorities_may_only_issue(directory: Path, level: int, path_length: int) -> None:
    authority = certificates(open_development_authority(directory, NOW))[level]
    key = authority.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size >= 3072
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, path_length)
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature


@pytest.mark.parametrize("level", [0, 1])
def test_claim_signing_usage_and_policy(directory: Path, level: int) -> None:
    extensions = certificates(open_development_authority(directory, NOW))[level].extensions
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert not usage.critical
    assert list(usage.value) == [CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [item.policy_identifier.dotted_string for item in policies] == ["1.3.6.1.4.1.62558.1.1"]
    extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)


def test_leaf_signs_and_nothing_else(directory: Path) -> None:
    leaf = certificates(open_development_authority(directory, NOW))[0]
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    constraints = leaf.extensions.get_extension_for_oid(ExtensionOID.BASIC_CONSTRAINTS)
    assert constraints.critical


def test_files_are_private_and_the_authority_stays(directory: Path) -> None:
    for path in directory.glob("*.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = open_development_authority(directory, NOW)
    later = open_development_authority(directory, NOW + timedelta(days=300))
    assert (later.root_pem, later.chain_pem) == (first.root_pem, first.chain_pem)


def test_leaf_is_renewed_before_it_expires(directory: Path, tmp_path: Path) -> None:
    old = open_development_authority(directory, NOW)
    later = NOW + timedelta(days=336)
    new = open_development_authority(copy_of(directory, tmp_path), later)
    assert new.root_pem == old.root_pem
    old_leaf, old_issuing, _ = certificates(old)
    leaf, issuing, _ = certificates(new)
    assert issuing == old_issuing
    assert leaf != old_leaf
    assert leaf.not_valid_after_utc > later + timedelta(days=360)


def test_issuing_authority_is_renewed_under_the_same_root(directory: Path, tmp_path: Path) -> None:
    old = open_development_authority(directory, NOW)
    later = NOW + timedelta(days=1500)
    new = open_development_authority(copy_of(directory, tmp_path), later)
    assert new.root_pem == old.root_pem
    leaf, issuing, root = certificates(new)
    issuing.verify_directly_issued_by(root)
    assert issuing.not_valid_after_utc > leaf.not_valid_after_utc > later


@pytest.mark.parametrize("name", ["leaf.pem", "issuing.pem", "root.pem"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone"])
def test_half_written_levels_are_made_anew(
    directory: Path, tmp_path: Path, name: str, damage: str
) -> None:
    path = copy_of(directory, tmp_path) / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: 500 if damage == "cut" else 0])
    leaf, issuing, root = certificates(open_development_authority(tmp_path, NOW))
    issuing.verify_directly_issued_by(root)
    leaf.verify_directly_issued_by(issuing)
    old = certificates(open_development_authority(directory, NOW))
    kept = {"leaf.pem": old[1:], "issuing.pem": old[2:], "root.pem": ()}[name]
    assert (leaf, issuing, root)[3 - len(kept) :] == kept


def test_a_key_open_to_others_is_refused(directory: Path, tmp_path: Path) -> None:
    (copy_of(directory, tmp_path) / "leaf.pem").chmod(0o644)
    with pytest.raises(ConfigError):
        open_development_authority(tmp_path, NOW)


def test_starting_together_gives_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_development_authority(tmp_path, NOW), range(4)))
    assert len({authority.chain_pem for authority in opened}) == 1
