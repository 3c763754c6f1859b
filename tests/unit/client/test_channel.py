from __future__ import annotations

from raisonne.client.channel import chunk_bytes, inline_bytes, service_config


def retried() -> set[tuple[str, str]]:
    (config,) = service_config()["methodConfig"]  # type: ignore[misc]
    return {(name["service"], name["method"]) for name in config["name"]}


def test_reads_and_what_carries_a_request_id_are_retried() -> None:
    assert ("raisonne.api.v1.CatalogueService", "GetWork") in retried()
    assert ("raisonne.api.v1.GenerationService", "GenerateArtwork") in retried()
    assert ("google.longrunning.Operations", "WaitOperation") in retried()


def test_what_leaves_a_mark_each_time_is_not_retried() -> None:
    assert ("raisonne.api.v1.ScreeningService", "CheckAsset") not in retried()
    assert ("raisonne.api.v1.CatalogueService", "WithdrawWork") not in retried()
    assert ("google.longrunning.Operations", "DeleteOperation") not in retried()


def test_a_stream_of_requests_is_not_retried() -> None:
    # gRPC's core aborts the process when it retries one.
    assert ("raisonne.api.v1.AssetService", "UploadAsset") not in retried()
    assert ("raisonne.api.v1.AssetService", "DownloadAsset") in retried()


def test_the_sizes_are_those_that_the_protos_state() -> None:
    assert (inline_bytes(), chunk_bytes()) == (3_670_016, 262_144)
