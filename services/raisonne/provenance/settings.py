"""Settings of c2pa-rs, in one place.

The library ignores unknown keys without a word, so every setting here has a test that sees its
effect. Nothing here may touch the network: a credential can name any address.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock
from typing import Any

from c2pa import Context

from raisonne.provenance.trust import TrustProfile

Settings = Mapping[str, object]

_CORE = {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16}
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
    ``anchors``; claim lists come first, because an anchor that is on several lists is reported
    under the first.
    """
    anchors = [
        {"trust_anchors": item.pem, "trust_uri": item.uri, "trust_kind": kind}
        for kind, lists in (("manifest", trust.claims), ("tsa", trust.times))
        for item in lists
    ]
    usages = "".join(f"{usage}\n" for usage in sorted(trust.usages))
    return {
        "core": _CORE,
        "verify": _OFFLINE,
        "trust": {"trust_config": usages, "anchors": anchors},
    }


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
