"""A time-stamping authority (RFC 3161) on the loopback, in the DER that it takes and no more."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from raisonne.keys.signing_keys import CertifiedKey
from raisonne.provenance.der import elements

SEQUENCE, SET, OCTETS, OID, INTEGER, TIME, TAG_0 = 0x30, 0x31, 0x04, 0x06, 0x02, 0x18, 0xA0
SHA256 = bytes.fromhex("300d06096086480165030402010500")
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
POLICY = bytes.fromhex("06032a0304")


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


class TimeStampingAuthority:
    """Stamps whatever it is asked to."""

    def __init__(self, certified: CertifiedKey) -> None:
        assert isinstance(certified.key, ec.EllipticCurvePrivateKey)
        self._key = certified.key
        self._certificate = certified.certificate

    def respond(self, request: bytes) -> bytes:
        """Return a TimeStampResp to a TimeStampReq."""
        _, imprint, *rest = elements(elements(request)[0].content)
        nonce = b"".join(item.whole for item in rest if item.tag == INTEGER)
        now = datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode()
        info = der(SEQUENCE, integer(1), POLICY, imprint.whole, integer(7), der(TIME, now), nonce)
        return der(
            SEQUENCE,
            der(SEQUENCE, integer(0)),
            der(SEQUENCE, SIGNED_DATA, der(TAG_0, self._signed_data(info))),
        )

    def _signed_data(self, info: bytes) -> bytes:
        certificate = self._certificate.public_bytes(Encoding.DER)
        issued = der(
            SEQUENCE,
            self._certificate.issuer.public_bytes(),
            integer(self._certificate.serial_number),
        )
        identified = der(SEQUENCE, der(OCTETS, hashlib.sha256(certificate).digest()))
        attributes = sorted(
            der(SEQUENCE, kind, der(SET, value))
            for kind, value in (
                (CONTENT_TYPE, TST_INFO),
                (MESSAGE_DIGEST, der(OCTETS, hashlib.sha256(info).digest())),
                (SIGNING_CERTIFICATE_V2, der(SEQUENCE, der(SEQUENCE, identified))),
            )
        )
        signature = self._key.sign(der(SET, *attributes), ec.ECDSA(hashes.SHA256()))
        signer = der(
            SEQUENCE,
            integer(1),
            issued,
            SHA256,
            der(TAG_0, *attributes),
            ECDSA_SHA256,
            der(OCTETS, signature),
        )
        content = der(SEQUENCE, TST_INFO, der(TAG_0, der(OCTETS, info)))
        return der(
            SEQUENCE,
            integer(3),
            der(SET, SHA256),
            content,
            der(TAG_0, certificate),
            der(SET, signer),
        )


@contextmanager
def serving(certified: CertifiedKey) -> Iterator[str]:
    """Serve on the loopback and yield the address."""
    authority = TimeStampingAuthority(certified)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            body = authority.respond(request)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
