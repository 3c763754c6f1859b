"""Rights signals that a file carries: in its XMP packet and in its content credential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.provenance import CredentialReport
from raisonne.rights.signal import Signal
from raisonne.signals.importing import read_xmp
from raisonne.signals.training_mining import read_training_mining_entries


def embedded_signals(
    image: DecodedImage, credential: CredentialReport, source: str, now: datetime
) -> Sequence[Signal]:
    """Return what a file says about its rights; empty where it says nothing.

    It only ever restricts. Anybody can write into a file that all is allowed, so what it permits is
    left out, and who registers it records a licence; what it reserves counts whoever wrote it, and
    also where its credential does not validate.

    Args:
        image: The decoded file.
        credential: What reading its credential found.
        source: Where the file was found.
        now: UTC.
    """
    found = list(read_xmp(image.xmp, source, now)) if image.xmp else []
    entries = read_training_mining_entries(credential.training_mining, source, now)
    found += [] if entries is None else [entries]
    return [replace(signal, permitted=frozenset()) for signal in found]
