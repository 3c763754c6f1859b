from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.app.document_types import media_type_of
from raisonne.rights.errors import InputError, Reason

TABLE = [
    (b"%PDF-1.7\n...", "application/pdf"),
    (b"\xef\xbb\xbf junk \n%PDF-1.4", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n....", "image/png"),
    (b"\xff\xd8\xff\xe0....", "image/jpeg"),
    (b"GIF89a...", "image/gif"),
    (b"II*\0....", "image/tiff"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    (b"PK\x03\x04....", "application/zip"),
    (b"From: a@b.example\r\nTo: c@d.example\r\n\r\nHello", "message/rfc822"),
    (b"Received: from x\r\n by y\r\nDate: today\r\n\r\n", "message/rfc822"),
    ("Kaufvertrag über ein Bild".encode(), "text/plain"),
    (b"From: nobody in particular\njust a text", "text/plain"),
    (b"<html><script>alert(1)</script></html>", "text/plain"),
]


@pytest.mark.parametrize(("data", "media_type"), TABLE)
def test_a_document_is_what_its_first_bytes_say(data: bytes, media_type: str) -> None:
    assert media_type_of(data) == media_type


@pytest.mark.parametrize("data", [b"MZ\x90\0\x03", b"\x7fELF\x02", b"abc\0def", b"\xff\xfe\xfd"])
def test_what_no_document_is_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        media_type_of(data)
    assert refused.value.reason is Reason.UNSUPPORTED_MEDIA_TYPE


def test_nothing_is_no_document() -> None:
    with pytest.raises(InputError) as refused:
        media_type_of(b"")
    assert refused.value.reason is Reason.EMPTY_INPUT


@given(st.binary(min_size=1, max_size=200))
def test_what_is_no_text_is_never_called_one(data: bytes) -> None:
    try:
        found = media_type_of(data)
    except InputError:
        return
    if found in {"text/plain", "message/rfc822"}:
        assert "\0" not in data.decode("utf-8")
