"""Rights signals that a file carries: in its XMP packet and in its content credential."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.ports import CredentialReader
from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.errors import LimitError
from raisonne.rights.match import DetectorRun, DetectorState
from raisonne.rights.provenance import CredentialReport, CredentialVerdict
from raisonne.rights.signal import Dialect, Signal
from raisonne.signals.importing import read_xmp
from raisonne.signals.reading import unreadable
from raisonne.signals.training_mining import read_training_mining_entries

XMP_DETECTOR = DetectorRun("signals-xmp", "v1", DetectorState.EXECUTED)
CREDENTIAL_DETECTOR = DetectorRun("signals-credential", "v1", DetectorState.EXECUTED)
_XMP, _CREDENTIAL = "XMP packet", "content credential"
_MARK = b"c2pa"
"""In every manifest store that a file embeds: the type and the label of its outermost box."""


@dataclass(frozen=True, slots=True)
class OwnSignals:
    """What a checked file says of its own rights.

    Attributes:
        signals: What it says; the source of each is the part of the file that says it.
        detectors: Whether each part was read.
    """

    signals: tuple[Signal, ...]
    detectors: tuple[DetectorRun, ...]


def own_signals(
    image: DecodedImage, data: bytes, credentials: CredentialReader, now: datetime
) -> OwnSignals:
    """Return what a checked file says about its rights, and what could not be asked.

    Args:
        image: The decoded file.
        data: The file.
        credentials: Reads content credentials.
        now: UTC.
    """
    signals = list(_xmp_signals(image, _XMP, now))
    try:
        credential = credentials.read(data)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file does to the reader
        failed = replace(
            CREDENTIAL_DETECTOR,
            state=DetectorState.FAILED,
            reason=_why(error),
        )
        return OwnSignals(tuple(signals), (XMP_DETECTOR, failed))
    signals += _credential_signals(credential, data, _CREDENTIAL, now)
    return OwnSignals(tuple(signals), (XMP_DETECTOR, _credential_run(image, credential)))


def embedded_signals(
    image: DecodedImage, data: bytes, credential: CredentialReport, source: str, now: datetime
) -> tuple[Signal, ...]:
    """Return what a file says about its rights; empty where it says nothing.

    It only ever restricts. Anybody can write into a file that all is allowed, so what it permits is
    left out, and who registers it records a licence; what it reserves counts whoever wrote it, and
    also where its credential does not validate.

    Args:
        image: The decoded file.
        data: The file.
        credential: What reading its credential found.
        source: Where the file was found.
        now: UTC.
    """
    return (
        *_xmp_signals(image, source, now),
        *_credential_signals(credential, data, source, now),
    )


def _why(error: Exception) -> str:
    # What else an error says may come from the file.
    if isinstance(error, LimitError):
        return error.message
    return f"The content credential could not be looked for ({type(error).__name__})."


def _xmp_signals(image: DecodedImage, source: str, now: datetime) -> Iterator[Signal]:
    for signal in read_xmp(image.xmp, source, now) if image.xmp else ():
        yield replace(signal, permitted=frozenset())


def _credential_signals(
    credential: CredentialReport, data: bytes, source: str, now: datetime
) -> Iterator[Signal]:
    entries = read_training_mining_entries(credential.training_mining, source, now)
    if entries is not None:
        yield replace(entries, permitted=frozenset())
    elif credential.verdict is CredentialVerdict.MALFORMED and _MARK in data:
        # Without the mark it is the file that is damaged, and there is nothing that could speak.
        yield unreadable(Dialect.CAWG, data, source, now, "its content credential is damaged")
    elif credential.verdict is CredentialVerdict.REMOTE_NOT_FETCHED:
        yield unreadable(
            Dialect.CAWG, b"", source, now, "its content credential lies elsewhere, unread"
        )


def _credential_run(image: DecodedImage, credential: CredentialReport) -> DetectorRun:
    if credential.verdict is not CredentialVerdict.UNSUPPORTED:
        return CREDENTIAL_DETECTOR
    return replace(
        CREDENTIAL_DETECTOR,
        state=DetectorState.SKIPPED,
        reason=f"Files of type {image.media_type} are not searched for credentials.",
    )
