"""What profiles demand of an installation, checked when a service opens.

Only what can be checked here is demanded; what else belongs to a profile is named as not checked,
so that nobody takes the name of a profile for more than it enforces.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from raisonne.index.device_products import is_device
from raisonne.policy.profiles import PolicyProfile
from raisonne.rights.errors import ConfigError
from raisonne.runtime.settings import Settings

_NO_PLACES = frozenset({"tenant", "ledger_origin", "root_passphrase", "listen"})
"""Settings that name nothing to be reached."""
_LOCAL_SCHEMES = frozenset(
    {"copy", "devca", "file", "gist", "open_clip", "procedural", "sqlite", "torchscript"}
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ML_DSA_44 = 0x06
"""Signature type of an ML-DSA-44 cosignature; source: c2sp.org/signed-note, "Signature types"."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a profile demands.

    Attributes:
        sentence: What is demanded.
        unmet: Yields what the settings have against it.
    """

    sentence: str
    unmet: Callable[[Settings], Iterable[str]]


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What there is to know of a profile beside its policies.

    Attributes:
        summary: What it is for.
        demands: Checked when a service opens.
        unchecked: What belongs to it and is not checked.
    """

    summary: str
    demands: tuple[Demand, ...] = ()
    unchecked: tuple[str, ...] = ()


def _network(settings: Settings) -> Iterator[str]:
    for each in fields(settings):
        if each.name in _NO_PLACES:
            continue
        value = getattr(settings, each.name)
        texts = [value] if isinstance(value, str) else value
        if isinstance(texts, (list, tuple, frozenset)):
            outside = [text for text in texts if not _is_local(str(text))]
            yield from (f"{each.name} names a place outside this machine" for _ in outside[:1])


def _is_local(text: str) -> bool:
    if is_device(text):
        return True
    found = _SCHEME.match(text)
    if found is None:
        return "://" not in text
    scheme = found[1].lower()
    rest = text[found.end() :]
    # sqlite:////path and file:///path name this machine; anything else after a scheme with an
    # authority, also in a query such as ?weights=https://…, may be another one.
    bare = rest.removeprefix("///") if scheme in {"file", "sqlite"} else rest
    return scheme in _LOCAL_SCHEMES and not bare.startswith("//") and "://" not in bare


def _not_postgresql(settings: Settings) -> Iterator[str]:
    if not settings.database_url.startswith("postgresql"):
        yield "database is not PostgreSQL"


def _development_keys(settings: Settings) -> Iterator[str]:
    if settings.development_signing_key:
        yield "signing_key is a development authority"
    if settings.bare_root_key:
        yield "root_key is a file without a passphrase"


def _nothing(_: Settings) -> Iterable[str]:
    return ()


PROFILES: Mapping[PolicyProfile, ProfileFacts] = {
    PolicyProfile.MARKETPLACE: ProfileFacts(
        "What is shown is for sale.",
        unchecked=(
            "that offers carry the labels and credits that verdicts oblige to",
            "that a second person rules where a verdict obliges to it",
        ),
    ),
    PolicyProfile.GALLERY: ProfileFacts(
        "What is shown is labelled, and a generated likeness needs two reviewers.",
        unchecked=(
            "that labels and marks are put where verdicts oblige to them",
            "that a second person rules where a verdict obliges to it",
        ),
    ),
    PolicyProfile.DATASET_AUDIT: ProfileFacts(
        "Training and mining need a licence that can be shown.",
        unchecked=("whether access to a source was lawful",),
    ),
    PolicyProfile.CROSS_BORDER: ProfileFacts(
        "What is limited to territories stays in them.",
        unchecked=("where data is stored: no part of Raisonné knows its own territory",),
    ),
    PolicyProfile.OPEN_SOURCE: ProfileFacts(
        "What goes into an open model or data set may be passed on.",
        unchecked=(
            "the licence of the model or engine itself",
            "terms of licences whose identifier does not say them",
        ),
    ),
    PolicyProfile.EDGE: ProfileFacts(
        "Everything is on this machine.",
        demands=(Demand("no setting names a place outside this machine", _network),),
        unchecked=("folders that a network file system mounts", "other programs of the machine"),
    ),
    PolicyProfile.CLOUD: ProfileFacts(
        "Several processes, with keys that are not for development.",
        demands=(
            Demand("database is PostgreSQL", _not_postgresql),
            Demand("no development authority and no bare root key", _development_keys),
        ),
        unchecked=("replication, backups and encryption of connections to the database",),
    ),
    PolicyProfile.QUANTUM_READY: ProfileFacts(
        "The audit ledger outlives quantum computers.",
        demands=(Demand("checkpoints of the ledger carry an ML-DSA-44 cosignature", _nothing),),
        unchecked=(
            "content credentials: C2PA knows no post-quantum signature yet",
            "connections to the service",
        ),
    ),
}


def require_profiles(settings: Settings) -> None:
    """Refuse settings that a profile in force does not allow, before anything is opened.

    Raises:
        ConfigError: Naming the profile and everything that it has against the settings.
    """
    for profile in sorted(settings.policy_profile):
        unmet = [each for demand in PROFILES[profile].demands for each in demand.unmet(settings)]
        if unmet:
            raise ConfigError(
                f"policy_profile={profile} refuses this: {'; '.join(dict.fromkeys(unmet))}.",
                metadata={"profile": profile},
            )


def require_cosignature(settings: Settings, verifier_keys: Iterable[str]) -> None:
    """Refuse ``quantum-ready`` where no key that signs checkpoints is of ML-DSA-44.

    Args:
        settings: As loaded.
        verifier_keys: Of all who sign checkpoints, ``name+hash+key``.

    Raises:
        ConfigError: If none of them is.
    """
    if PolicyProfile.QUANTUM_READY not in settings.policy_profile:
        return
    encoded = (key.split("+", 2)[-1] for key in verifier_keys)
    if not any(base64.b64decode(each)[:1] == bytes([_ML_DSA_44]) for each in encoded):
        raise ConfigError(
            f"policy_profile={PolicyProfile.QUANTUM_READY} refuses this: no key that signs "
            "checkpoints of the ledger is of ML-DSA-44.",
            metadata={"profile": PolicyProfile.QUANTUM_READY},
        )
