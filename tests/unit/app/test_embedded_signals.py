from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, PngImagePlugin
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.statements import make_statement
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import AccessError
from raisonne.rights.signal import Dialect, SignalState
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/">
 <plus:DataMining>http://ns.useplus.org/ldf/vocab/{value}</plus:DataMining>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""
NO_TRAINING = XMP.format(value="DMI-PROHIBITED-AIMLTRAINING").encode()
ALLOWED = XMP.format(value="DMI-ALLOWED").encode()
FREE = make_statement(licence="CC0-1.0")


def with_xmp(seed: int, xmp: bytes, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image = Image.open(io.BytesIO(picture(seed)))
    if kind.startswith("PNG"):
        info = PngImagePlugin.PngInfo()
        if kind == "PNG":
            info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        else:
            profile = f"\nxmp\n{len(xmp):8}\n{xmp.hex()}\n"
            info.add_text("Raw profile type xmp", profile if xmp else "no digits", zip=True)
        image.save(out, "PNG", pnginfo=info)
    else:
        image.save(out, kind, xmp=xmp)
    return out.getvalue()


def register(service: Service, data: bytes) -> Work:
    return service.works.register(service.principal, WorkDraft(data, rights=FREE)).work


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PNG of ImageMagick", "WEBP", "AVIF"])
def test_what_a_file_reserves_its_record_reserves(service: Service, kind: str) -> None:
    data = with_xmp(680 + len(kind), NO_TRAINING, kind)
    work = register(service, data)
    assert work.rights.reservations == {ReservationKind.AI_TRAINING}
    assert work.rights.licence == "CC0-1.0"
    (signal,) = service.works.signals(service.principal, work.name)
    assert (signal.dialect, signal.state) == (Dialect.PLUS_DATA_MINING, SignalState.READ)
    verdict = service.check.picture(service.principal, data, CheckTerms(use=Use.TRAIN)).verdict
    assert verdict.outcome is Outcome.BLOCK
    assert "OPT_OUT_TRAINING" in {finding.reason for finding in verdict.findings}


def test_a_raw_profile_that_is_none_reserves(service: Service) -> None:
    work = register(service, with_xmp(709, b"", "PNG of ImageMagick"))
    (signal,) = service.works.signals(service.principal, work.name)
    assert signal.state is SignalState.UNREADABLE


def test_what_a_file_permits_grants_nothing(service: Service) -> None:
    draft = WorkDraft(with_xmp(710, ALLOWED))
    work = service.works.register(service.principal, draft).work
    assert work.rights.uses == frozenset()
    (signal,) = service.works.signals(service.principal, work.name)
    assert signal.permitted == frozenset()


@pytest.mark.parametrize("xmp", [b"<not xml", b"<a>" + b" " * (1 << 20) + b"</a>"])
def test_what_cannot_be_read_reserves(service: Service, xmp: bytes) -> None:
    work = register(service, with_xmp(711 + len(xmp) % 7, xmp, "WEBP"))
    assert work.rights.reservations == {
        ReservationKind.TDM,
        ReservationKind.AI_TRAINING,
        ReservationKind.AI_GENERATION,
    }
    (signal,) = service.works.signals(service.principal, work.name)
    assert signal.state is SignalState.UNREADABLE


def test_a_credential_reserves_as_well(service: Service) -> None:
    from raisonne.rights.generation import GenerationRequest

    made = service.generate(service.principal, GenerationRequest("waves", 128, 128, 712))
    assert made.data is not None
    work = register(service, made.data)
    assert {ReservationKind.TDM, ReservationKind.AI_TRAINING} <= work.rights.reservations
    signals = service.works.signals(service.principal, work.name)
    assert [signal.dialect for signal in signals] == [Dialect.CAWG]


def test_a_file_that_says_nothing_changes_nothing(service: Service) -> None:
    work = register(service, picture(713))
    assert work.rights == FREE
    assert service.works.signals(service.principal, work.name) == ()
    nobody = replace(service.principal, roles=frozenset())
    with pytest.raises(AccessError):
        service.works.signals(nobody, work.name)


def test_registering_again_would_record_what_the_file_reserves(service: Service) -> None:
    data = with_xmp(720, NO_TRAINING)
    first = service.works.register(service.principal, WorkDraft(data, rights=FREE))
    again = service.works.register(service.principal, WorkDraft(data, rights=FREE))
    assert again.rights == first.rights == first.work.rights
    other = make_statement(licence="CC-BY-4.0")
    changed = service.works.register(service.principal, WorkDraft(data, rights=other)).rights
    assert (changed.licence, changed.reservations) == ("CC-BY-4.0", {ReservationKind.AI_TRAINING})
