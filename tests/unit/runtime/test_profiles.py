"""What a profile demands of the settings is refused before anything is opened."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from raisonne.policy.profiles import PolicyProfile
from raisonne.rights.errors import ConfigError, Reason
from raisonne.runtime.profiles import PROFILES, require_cosignature, require_profiles
from raisonne.runtime.settings import Settings, load_settings
from raisonne.runtime.wiring import open_service

HOME = Path("/home/of/raisonne")
CLOUD = {
    "database": "postgresql+psycopg://db/raisonne",
    "root_passphrase": "long enough",
    "signing_key": "file:/keys/claim.pem",
}


def given(profile: str, **settings: object) -> Settings:
    return load_settings({"home": HOME, "policy_profile": [profile], **settings}, {})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"embedder": "copy:"},
        {"embedder": "open_clip:ViT-B-32?weights=/models/vit.safetensors"},
        {"embedder": "torchscript:/models/sscd.pt?sha256=00"},
        {"vectors": "torch:cuda:0"},
        {"vectors": "cpu"},
        {"database": "sqlite:////var/lib/raisonne/catalogue.db"},
        {"root_key": "file:///etc/raisonne/root.key", "trust": "/etc/raisonne/trust"},
        {"ledger_origin": "example.org/log", "listen": "localhost:1"},
    ],
)
def test_on_the_edge_what_lies_on_this_machine_is_used(settings: dict[str, object]) -> None:
    require_profiles(given("edge", **settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"database": "postgresql+psycopg://db/raisonne"},
        {"database": "postgresql://localhost/raisonne"},
        {"vectors": "milvus:http://10.0.0.1:19530"},
        {"vectors": "pgvector:postgresql+psycopg://db/v"},
        {"signing_key": "awskms:arn"},
        {"root_key": "file://server/share/root.key"},
        {"engine": "remote:https://engine"},
        {"embedder": "open_clip:ViT-B-32?weights=https://models/vit.safetensors"},
        {"trust": "https://example.org/list.pem"},
        {"policies": "git+ssh://host/policies"},
        {"policy_overlays": ["/local", "https://host/policies"]},
    ],
)
def test_on_the_edge_what_lies_elsewhere_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as refused:
        require_profiles(given("edge", **settings))
    assert refused.value.reason is Reason.CONFIG_INVALID
    assert f"{next(iter(settings))} names a place outside" in refused.value.message
    assert "10.0.0.1" not in refused.value.message


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"database": ""}, "database is not PostgreSQL"),
        ({"signing_key": ""}, "signing_key is a development authority"),
        ({"root_passphrase": ""}, "root_key is a file without a passphrase"),
    ],
)
def test_a_cloud_has_a_server_and_keys_of_its_own(change: dict[str, str], problem: str) -> None:
    require_profiles(given("cloud", **CLOUD))
    with pytest.raises(ConfigError, match=problem):
        require_profiles(given("cloud", **{**CLOUD, **change}))


def vkey(kind: int) -> str:
    return f"log+00000000+{base64.b64encode(bytes([kind]) + b'k' * 32).decode()}"


def test_quantum_ready_needs_the_signature_that_it_is_named_for() -> None:
    ready = given("quantum-ready")
    require_cosignature(ready, [vkey(1), vkey(6)])
    require_cosignature(given("edge"), [vkey(1)])
    for keys in ([], [vkey(1)], [vkey(4)]):
        with pytest.raises(ConfigError, match="ML-DSA-44"):
            require_cosignature(ready, keys)


def test_a_service_that_a_profile_refuses_opens_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=home, policy_profile=frozenset({PolicyProfile.CLOUD}))
    with pytest.raises(ConfigError), open_service(settings):
        pass
    assert not home.exists()


def test_this_ledger_is_not_quantum_ready_and_says_so(tmp_path: Path) -> None:
    profile = frozenset({PolicyProfile.QUANTUM_READY})
    with (
        pytest.raises(ConfigError, match="ML-DSA-44"),
        open_service(Settings(home=tmp_path / "home", policy_profile=profile)),
    ):
        pass


def test_profiles_are_named_in_settings_and_environment(tmp_path: Path) -> None:
    environ = {
        "RAISONNE_POLICY_PROFILE": "gallery, cross-border",
        "RAISONNE_POLICY_OVERLAYS": "/a,/b",
    }
    loaded = load_settings({"home": tmp_path}, environ, working_directory=tmp_path)
    assert loaded.policy_profile == {PolicyProfile.GALLERY, PolicyProfile.CROSS_BORDER}
    assert loaded.policy_overlays == ("/a", "/b")
    with pytest.raises(ConfigError, match="policy_profile"):
        load_settings({"home": tmp_path, "policy_profile": ["galery"]}, {})


def test_every_profile_enforces_something() -> None:
    from raisonne.policy.engine import packaged_files
    from raisonne.policy.texts import profile_files

    assert PROFILES.keys() == set(PolicyProfile)
    for profile, facts in PROFILES.items():
        assert facts.demands or profile_files(packaged_files(), profile)
