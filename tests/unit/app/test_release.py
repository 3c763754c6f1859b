from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from raisonne.app.release import Making, Released
from raisonne.rights.asset import Asset
from raisonne.rights.errors import NotClearedError, StorageError
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.statement import ReservationKind
from raisonne.rights.verdict import ClearedAsset, Outcome, Verdict
from raisonne.runtime.wiring import Service

MINING, TRAINING = "data_mining", "ai_training"
GENERATIVE, INFERENCE = "ai_generative_training", "ai_inference"
ENTRIES = {MINING, TRAINING, GENERATIVE, INFERENCE}


@pytest.fixture(scope="module")
def unsigned(service: Service) -> tuple[Asset, Verdict, bytes]:
    """An artwork before it is signed, with the verdict that clears it."""
    request = GenerationRequest("waves", 128, 128, 600)
    data = service.engine.generate(request).data
    made = service.generate(service.principal, request)
    assert made.asset is not None
    digest = hashlib.sha256(data).hexdigest()
    assert (made.verdict.outcome, made.verdict.inputs.sha256) == (Outcome.ALLOW, digest)
    return replace(made.asset, sha256=digest, size_bytes=len(data)), made.verdict, data


def released(
    service: Service,
    unsigned: tuple[Asset, Verdict, bytes],
    reservations: frozenset[ReservationKind],
    caption: str = "",
) -> Released:
    asset, verdict, data = unsigned
    release = replace(service.generate.release, reservations=reservations)
    making = Making(service.engine.description, "0" * 64, 600, caption)
    return release(ClearedAsset(asset, verdict), data, making)


@pytest.mark.parametrize(
    ("reservations", "refused"),
    [
        ((), set()),
        ((ReservationKind.TDM,), {MINING, TRAINING, GENERATIVE}),
        ((ReservationKind.AI_TRAINING,), {TRAINING, GENERATIVE}),
        ((ReservationKind.AI_GENERATION,), {INFERENCE}),
        ((ReservationKind.STYLE,), {GENERATIVE}),
        (tuple(ReservationKind), ENTRIES),
    ],
)
def test_the_credential_reserves_what_is_reserved(
    service: Service,
    unsigned: tuple[Asset, Verdict, bytes],
    reservations: tuple[ReservationKind, ...],
    refused: set[str],
) -> None:
    signed = released(service, unsigned, frozenset(reservations)).signed
    stated = service.provenance.verify(service.principal, signed.data).training_mining
    uses = {label.rpartition(".")[2]: use for label, use in stated.items()}
    assert uses == {e: "notAllowed" if e in refused else "allowed" for e in ENTRIES}


def test_the_record_is_of_the_signed_file_and_the_blob_opens_to_it(
    service: Service, unsigned: tuple[Asset, Verdict, bytes]
) -> None:
    made = released(service, unsigned, frozenset(), "Waves at night.")
    asset, data = made.asset, made.signed.data
    assert asset.sha256 == hashlib.sha256(data).hexdigest() != unsigned[0].sha256
    assert (asset.size_bytes, asset.pixel_sha256) == (len(data), unsigned[0].pixel_sha256)
    assert asset.name != unsigned[0].name
    # Nothing counts before it is written.
    with service.transactions.read() as transaction:
        assert transaction.assets.get(asset.tenant, asset.name) is None
    with service.transactions.write() as transaction:
        made.write(transaction)
    assert service.artworks.download(service.principal, asset.name) == (asset, data)
    assert service.provenance.manifest(service.principal, made.signed.label) == made.signed.manifest


def test_only_the_bytes_that_were_judged_can_be_cleared(
    unsigned: tuple[Asset, Verdict, bytes],
) -> None:
    asset, verdict, _ = unsigned
    with pytest.raises(NotClearedError):
        ClearedAsset(replace(asset, sha256="0" * 64), verdict)
    with pytest.raises(NotClearedError):
        ClearedAsset(asset, replace(verdict, outcome=Outcome.BLOCK))


def test_a_file_that_cannot_be_stored_is_not_released(
    service: Service, unsigned: tuple[Asset, Verdict, bytes]
) -> None:
    class Full:
        def put(self, *_: object) -> None:
            raise StorageError("The disk is full.")

    asset, verdict, data = unsigned
    release = replace(service.generate.release, blobs=Full())  # type: ignore[arg-type] # refuses
    with pytest.raises(StorageError):
        release(ClearedAsset(asset, verdict), data, Making(service.engine.description, "0" * 64, 1))
