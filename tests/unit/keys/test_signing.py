from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from raisonne.keys.signing import claim_signer_from_uri
from raisonne.rights.errors import ConfigError


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


def key_file(authority: Path, target: Path, *names: str) -> Path:
    """Join files of the authority, as an operator would join key, chain and root."""
    claim_signer_from_uri(f"devca:{authority}")
    parts = [(authority / f"{name}.pem").read_text() for name in names]
    end = "-----END PRIVATE KEY-----\n"
    joined = parts[0] + "".join(part.split(end)[1] for part in parts[1:])
    path = target / "signer.pem"
    path.touch(mode=0o600)
    path.write_text(joined)
    return path


def test_development_signer_signs_in_p1363(authority: Path) -> None:
    signer = claim_signer_from_uri(f"devca:{authority}")
    assert signer.algorithm == "es256"
    assert signer.development
    signature = signer.sign(b"claim")
    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key = x509.load_pem_x509_certificate(signer.chain_pem.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(encode_dss_signature(r, s), b"claim", ec.ECDSA(hashes.SHA256()))


def test_key_file_with_root_anchors_in_the_root(authority: Path, tmp_path: Path) -> None:
    path = key_file(authority, tmp_path, "leaf", "issuing", "root")
    signer = claim_signer_from_uri(f"file:{path}")
    development = claim_signer_from_uri(f"devca:{authority}")
    assert not signer.development
    assert signer.chain_pem == development.chain_pem
    assert signer.anchor_pem == development.anchor_pem


def test_key_file_without_root_anchors_in_the_issuer(authority: Path, tmp_path: Path) -> None:
    path = key_file(authority, tmp_path, "leaf", "issuing")
    signer = claim_signer_from_uri(f"file:{path}")
    assert signer.chain_pem.endswith(signer.anchor_pem)


@pytest.mark.parametrize("names", [("leaf",), ("issuing", "root")], ids=["no issuer", "RSA key"])
def test_key_files_that_cannot_sign_are_refused(
    authority: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    path = key_file(authority, tmp_path, *names)
    with pytest.raises(ConfigError):
        claim_signer_from_uri(f"file:{path}")


def test_a_key_with_the_certificate_of_another_is_refused(authority: Path, tmp_path: Path) -> None:
    path = key_file(authority, tmp_path, "leaf", "issuing")
    secret, *certificates = path.read_text().split("-----BEGIN CERTIFICATE-----")
    path.write_text("-----BEGIN CERTIFICATE-----".join([secret, *reversed(certificates)]))
    with pytest.raises(ConfigError, match="another key"):
        claim_signer_from_uri(f"file:{path}")


@pytest.mark.parametrize("uri", ["file:/nowhere/signer.pem", "kms:key", "devca:", "plain"])
def test_unknown_uris_are_refused(uri: str) -> None:
    with pytest.raises(ConfigError):
        claim_signer_from_uri(uri)
