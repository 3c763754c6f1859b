"""What kind of file a document is, by its first bytes alone; nothing is parsed further."""

from __future__ import annotations

import re

from raisonne.rights.errors import InputError, Reason

_HEAD_BYTES = 1_024
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    # Office documents are archives as well.
    (b"PK\x03\x04", "application/zip"),
)
_MAIL_FIELD = re.compile(
    rb"(return-path|received|delivered-to|from|to|date|subject|message-id|mime-version"
    rb"|dkim-signature|x-[a-z0-9-]+):[ \t]",
    re.IGNORECASE,
)
_TEXT_CONTROLS = frozenset(b"\t\n\f\r\x1b")


def media_type_of(data: bytes) -> str:
    """Return the media type of a document.

    Text of any kind is ``text/plain``, so that nobody is shown somebody else's page or script.

    Args:
        data: The whole file.

    Raises:
        InputError: ``EMPTY_INPUT``, or ``UNSUPPORTED_MEDIA_TYPE`` if it is no kind of file that
            documents are kept as.
    """
    if not data:
        raise InputError("The document is empty.", reason=Reason.EMPTY_INPUT)
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    # PDF may begin a little later (ISO 32000-1, annex H.3.4.1).
    if b"%PDF-" in data[:_HEAD_BYTES]:
        return "application/pdf"
    if not _is_text(data):
        raise InputError(
            "Documents are PDF, PNG, JPEG, GIF, TIFF, WebP, ZIP (office documents), mail or text.",
            reason=Reason.UNSUPPORTED_MEDIA_TYPE,
        )
    return "message/rfc822" if _is_mail(data) else "text/plain"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(byte >= 0x20 or byte in _TEXT_CONTROLS for byte in set(data))  # noqa: PLR2004


def _is_mail(data: bytes) -> bool:
    """Whether a text begins with two fields of a message's head."""
    lines = [line for line in data[:_HEAD_BYTES].splitlines() if line[:1] not in {b" ", b"\t"}]
    return len([line for line in lines[:2] if _MAIL_FIELD.match(line)]) == 2  # noqa: PLR2004
