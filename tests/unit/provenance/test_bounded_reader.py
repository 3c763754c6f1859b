from __future__ import annotations

import threading

import pytest

from raisonne.app.ports import CredentialReader
from raisonne.provenance.bounded_reader import BoundedReader
from raisonne.rights.errors import LimitError, Reason
from raisonne.rights.provenance import CredentialReport, CredentialVerdict, ValidationState

NONE = CredentialReport(CredentialVerdict.NO_CREDENTIAL, ValidationState.NONE)


class _Slow:
    """Reads nothing before it is let go, but for one file."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def read(self, data: bytes) -> CredentialReport:
        if data == b"broken":
            raise ValueError("broken")
        if data != b"quick":
            self.go.wait()
        return NONE


def test_it_reads_what_its_reader_reads(own_reader: CredentialReader) -> None:
    bounded = BoundedReader(own_reader)
    for data in (b"", b"no picture"):
        assert bounded.read(data) == own_reader.read(data)
    with pytest.raises(ValueError, match="broken"):
        BoundedReader(_Slow()).read(b"broken")


def test_what_takes_too_long_is_given_up_and_takes_no_more_than_its_place() -> None:
    slow = _Slow()
    bounded = BoundedReader(slow, seconds=0.05, readers=2)
    for _ in range(2):
        with pytest.raises(LimitError, match="takes too long") as given_up:
            bounded.read(b"hostile")
    assert given_up.value.reason is Reason.DECODE_LIMIT_EXCEEDED
    with pytest.raises(LimitError, match="Too many"):
        bounded.read(b"quick")
    slow.go.set()
    patient = BoundedReader(slow, seconds=60, readers=1)
    for _ in range(3):
        assert patient.read(b"quick") == NONE
    for thread in threading.enumerate():
        if thread.name == "credential-reader":
            thread.join()
    assert bounded.read(b"quick") == NONE
