"""Settings of c2pa-rs, in one place.

The library ignores unknown keys without a word, so every setting here has a test that sees its
effect. Nothing here may touch the network: a credential can name any address.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any

from c2pa import Context
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from raisonne.provenance.trust import TrustProfile

Settings = Mapping[str, object]

_CORE = {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 8}
_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}

CREATED_ASSERTIONS = (
    "c2pa.actions",
    "c2pa.ai-disclosure",
    "c2pa.hash.data",
    "cawg.training-mining",
    "app.raisonne.verdict",
)
"""Assertions that the signer itself vouches for; others would count as gathered."""


def signing_settings() -> Settings:
    """Return settings for building manifests.

    Thumbnails cost a hundred times the signature and can only disagree with the picture.
    Verifying one's own signature again is left to the tests.
    """
    return {
        "core": _CORE,
        "verify": {**_OFFLINE, "verify_after_sign": False},
        "builder": {
            "thumbnail": {"enabled": False},
            "created_assertion_labels": list(CREATED_ASSERTIONS),
        },
    }


def reading_settings(trust: TrustProfile) -> Settings:
    """Return settings for validating against a trust profile.

    Key usages only work as the flat ``trust_config``, and anchors only carry a name as entries of
    ``anchors``. An anchor that is on several lists is reported under any of them, so each is given
    once, under its first list, claim lists first; c2pa-rs lets any anchor vouch for time.
    """
    usages = "".join(f"{usage}\n" for usage in sorted(trust.usages))
    return {
        "core": _CORE,
        "verify": _OFFLINE,
        "trust": {"trust_config": usages, "anchors": list(_anchors(trust))},
    }


def _anchors(trust: TrustProfile) -> Iterator[dict[str, str]]:
    given: set[x509.Certificate] = set()
    for kind, lists in (("manifest", trust.claims), ("tsa", trust.times)):
        for item in lists:
            fresh = [anchor for anchor in item.certificates if anchor not in given]
            given.update(fresh)
            pem = b"".join(anchor.public_bytes(Encoding.PEM) for anchor in fresh).decode()
            if pem:
                yield {"trust_anchors": pem, "trust_uri": item.uri, "trust_kind": kind}


class ProcessContext:
    """A c2pa context that is shared between threads and made anew in each process.

    Native handles do not survive a fork.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._owner = 0
        self._context: Any = None

    def get(self) -> Any:
        """Return this process's context."""
        with self._lock:
            if self._owner != os.getpid():
                self._context = Context.from_dict(dict(self._settings))
                self._owner = os.getpid()
            return self._context
