"""Each setting is seen at work, beside the library's default, because unknown ones are ignored."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from c2pa import Builder, C2paError, C2paSigningAlg, Context, Reader, Signer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.unit.provenance import certificates
from tests.unit.provenance.certificates import certify, signer_of
from tests.unit.provenance.samples import STATEMENT, picture

from raisonne.keys.signing import ClaimSigner, Es256Signer
from raisonne.provenance.settings import (
    CREATED_ASSERTIONS,
    ProcessContext,
    Settings,
    reading_settings,
    signing_settings,
)
from raisonne.provenance.templates import creation_manifest
from raisonne.provenance.trust import DOCUMENT_SIGNING, AnchorList, TrustProfile

LABEL = "urn:c2pa:00000000-0000-4000-8000-000000000000:raisonne"
PNG = "image/png"


class CountingServer(ThreadingHTTPServer):
    """Counts requests on the loopback and answers none."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CountingHandler)
        self.requests = 0
        self.url = f"http://127.0.0.1:{self.server_port}/"


class CountingHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, CountingServer)
        self.server.requests += 1
        self.send_error(404)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with CountingServer() as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield counting
        finally:
            counting.shutdown()
            thread.join()


def sign(
    settings: Settings, signer: ClaimSigner, *, remote: str = "", thumbnail: bytes = b""
) -> bytes:
    """Sign a picture under some settings."""
    definition = creation_manifest(STATEMENT, LABEL)
    if thumbnail:
        definition["thumbnail"] = {"format": PNG, "identifier": "thumbnail"}
    target = io.BytesIO()
    context = Context.from_dict(dict(settings))
    callback = Signer.from_callback(signer.sign, C2paSigningAlg.ES256, signer.chain_pem)
    with callback, Builder(definition, context=context) as builder:
        if remote:
            builder.set_no_embed()
            builder.set_remote_url(remote)
        if thumbnail:
            builder.add_resource("thumbnail", io.BytesIO(thumbnail))
        builder.sign(callback, PNG, io.BytesIO(picture(PNG, 400)), target)
    return target.getvalue()


def read(settings: Settings, data: bytes) -> dict[str, Any]:
    with Reader(PNG, io.BytesIO(data), context=Context.from_dict(dict(settings))) as reader:
        return {"state": reader.get_validation_state(), **json.loads(reader.crjson())}


def nobody() -> TrustProfile:
    return TrustProfile.own(certify("Nobody", None).certificate_pem)


def test_no_thumbnails_are_made(claim_signer: ClaimSigner) -> None:
    def thumbnails(settings: Settings) -> list[str]:
        made = read({}, sign(settings, claim_signer))["manifests"][0]["assertions"]
        return [label for label in made if label.startswith("c2pa.thumbnail")]

    assert thumbnails({}) != []
    assert thumbnails(signing_settings()) == []


def test_all_own_assertions_are_created_ones(claim_signer: ClaimSigner) -> None:
    def created(settings: Settings) -> set[str]:
        data = sign(settings, claim_signer)
        claim = read({}, data)["manifests"][0]["claim.v2"]
        return {item["url"].rpartition("/")[2] for item in claim["created_assertions"]}

    trained = set(CREATED_ASSERTIONS) - {"c2pa.ai-disclosure", "c2pa.actions"}
    assert created(signing_settings()) == trained | {"c2pa.actions.v2"}
    assert created({}) < trained | {"c2pa.actions.v2"}


def test_own_signatures_are_not_verified_again(claim_signer: ClaimSigner) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    wrong = Es256Signer(key, claim_signer.chain_pem, "", development=True)
    with pytest.raises(C2paError):
        sign({}, wrong)
    assert read({}, sign(signing_settings(), wrong))["state"] == "Invalid"


@pytest.mark.parametrize(
    ("sections", "asked"),
    [((), True), (("verify",), False), (("core",), False), (("verify", "core", "trust"), False)],
)
def test_remote_manifests_are_not_fetched(
    claim_signer: ClaimSigner, server: CountingServer, sections: tuple[str, ...], asked: bool
) -> None:
    data = sign(signing_settings(), claim_signer, remote=server.url + "manifest.c2pa")
    ours = reading_settings(nobody())
    with pytest.raises(C2paError):
        read({name: ours[name] for name in sections}, data)
    assert (server.requests > 0) is asked


@pytest.mark.parametrize("online", [True, False])
def test_revocation_services_are_not_asked(server: CountingServer, online: bool) -> None:
    issuer = certify("Authority", None)
    usages = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    leaf = certify("Signer", issuer, usages=usages, ocsp=server.url)
    data = sign(signing_settings(), signer_of(leaf, issuer))
    ours = reading_settings(TrustProfile.own(issuer.certificate_pem))
    anyone = {"trust": ours["trust"], "verify": {"ocsp_fetch": True}}
    assert read(anyone if online else ours, data)["state"] == "Trusted"
    assert (server.requests > 0) is online


@pytest.mark.parametrize("allowed", [True, False])
def test_key_usages_and_named_lists_work_together(allowed: bool) -> None:
    issuer = certify("Authority", None)
    leaf = certify("Signer", issuer, usages=(certificates.DOCUMENT_SIGNING,))
    other = AnchorList("urn:test:other", certify("Other", None).certificate_pem)
    named = AnchorList("urn:test:named", issuer.certificate_pem)
    usages = frozenset({DOCUMENT_SIGNING if allowed else "1.3.6.1.5.5.7.3.4"})
    data = sign(
        {**signing_settings(), "trust": {"trust_config": DOCUMENT_SIGNING}}, signer_of(leaf, issuer)
    )
    settings = reading_settings(TrustProfile((other, named), usages=usages))
    with Reader(PNG, io.BytesIO(data), context=Context.from_dict(dict(settings))) as reader:
        results = reader.get_validation_results()
        assert reader.get_validation_state() == ("Trusted" if allowed else "Invalid")
        assert results.get("trustListUri") == ("urn:test:named" if allowed else None)


def test_decompression_is_bounded(claim_signer: ClaimSigner) -> None:
    compressing = {**signing_settings(), "core": {"prefer_compress_manifests": True}}
    bomb = sign(compressing, claim_signer, thumbnail=bytes(9 * 2**20))
    assert len(bomb) < 10_000
    assert read({}, bomb)["state"] == "Valid"
    with pytest.raises(C2paError, match="maximum size"):
        read(reading_settings(nobody()), bomb)


def test_a_context_is_shared_within_a_process() -> None:
    context = ProcessContext(signing_settings())
    assert context.get() is context.get()
