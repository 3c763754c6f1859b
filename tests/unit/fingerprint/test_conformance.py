from __future__ import annotations

import pytest

from raisonne.fingerprint import conformance
from raisonne.rights.errors import ConfigError


def test_this_installation_computes_the_shipped_fingerprints():
    conformance.conformance_selftest()


@pytest.mark.parametrize("algorithm", ["sha256-pixels-v1", "pdq-256-v1", "gist-v1"])
def test_another_value_is_noticed(monkeypatch, algorithm):
    vectors = conformance.conformance_vectors()
    value = bytearray.fromhex(vectors["small"][algorithm])
    value[1::2] = bytes(byte ^ 0x11 for byte in value[1::2])
    vectors["small"][algorithm] = value.hex()
    monkeypatch.setattr(conformance, "conformance_vectors", lambda: vectors)
    with pytest.raises(ConfigError, match=f"{algorithm} of small"):
        conformance.conformance_selftest()


def test_a_missing_value_is_noticed(monkeypatch):
    monkeypatch.setattr(conformance, "conformance_vectors", dict)
    with pytest.raises(ConfigError):
        conformance.conformance_selftest()
