"""Settings: one frozen value, read once, by layers.

Order, first wins: explicit values (flags), environment ``RAISONNE_*``, ``./raisonne.toml``, the
user's ``config.toml``, defaults. Nothing else in Raisonné reads the environment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from raisonne.keys.uri import split_uri
from raisonne.policy.profiles import PolicyProfile
from raisonne.rights.case import CaseKind
from raisonne.rights.errors import ConfigError, Reason
from raisonne.rights.statement import ReservationKind

ENVIRONMENT_PREFIX = "RAISONNE_"
_MINUTES_A_DAY = 1_440
PROJECT_FILE = Path("raisonne.toml")
_LISTS = frozenset({"policy_overlays", "policy_profile", "reservations", "second_reviewer"})
"""Settings that the environment gives as words with commas between."""


class Profile(StrEnum):
    """How much is at stake."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set.

    Attributes:
        home: State directory; created when missing.
        profile: ``production`` refuses development keys; ``raisonne up`` refuses ``production``
            until callers have identities.
        tenant: Tenant that the local operator acts in.
        database: SQLAlchemy URL; empty stands for SQLite inside ``home``.
        root_key: Root key by URI; empty stands for a key file inside ``home``.
        root_passphrase: Passphrase of the root key file; empty for none.
        ledger_key: Ed25519 key of the ledger's checkpoints by URI; empty: a file inside ``home``.
        ledger_origin: Name of the log in its checkpoints.
        signing_key: C2PA claim key by URI; empty: a development authority inside ``home``.
        engine: Generation engine by URI.
        embedder: Embedding by URI.
        vectors: What searches descriptors: empty or ``cpu`` for this process, ``torch:cuda:0`` or
            another device, or a vector engine by URI (``pgvector:``, ``milvus:``).
        seal_index: Whether new files of the similarity index are encrypted.
        style: Style descriptor by URI, with the operator's weights; empty: style is not compared.
        trust: Whose credentials are trusted: ``own``, or a folder with trust lists.
        reservations: What generated artworks reserve in their credentials.
        policies: Folder of the policy bundle; empty: the packaged one.
        policy_overlays: Folders whose policies are added to the bundle.
        policy_profile: Sets of further rules in force; see ``raisonne policy profiles``.
        decoder_workers: Processes that decode pictures.
        job_workers: Threads that run jobs in ``raisonne up``.
        lease_seconds: How long a job stays with a worker that shows no life.
        second_reviewer: Kinds of cases whose rulings take effect only when a second person agrees:
            ``SCREENING``, ``RETROACTIVE``, ``NOTICE``, ``APPEAL``, or ``all``.
        undo_minutes: How long a ruling can be taken back by who made it.
        listen: gRPC address of ``raisonne up``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    home: Path
    profile: Profile = Profile.DEVELOPMENT
    tenant: str = "default"
    database: str = field(default="", repr=False)
    root_key: str = ""
    root_passphrase: str = field(default="", repr=False)
    ledger_key: str = ""
    ledger_origin: str = "raisonne/local"
    signing_key: str = ""
    engine: str = "procedural:"
    embedder: str = "gist:"
    vectors: str = field(default="", repr=False)
    seal_index: bool = False
    style: str = ""
    trust: str = "own"
    reservations: frozenset[ReservationKind] = frozenset(
        {ReservationKind.TDM, ReservationKind.AI_TRAINING}
    )
    policies: str = ""
    policy_overlays: tuple[str, ...] = ()
    policy_profile: frozenset[PolicyProfile] = frozenset()
    decoder_workers: int = 1
    job_workers: int = 1
    lease_seconds: float = 60.0
    second_reviewer: frozenset[str] = frozenset()
    undo_minutes: float = 10.0
    listen: str = "127.0.0.1:50051"

    def __post_init__(self) -> None:
        if not self.tenant or not all(c.isalnum() or c in "-_" for c in self.tenant):
            raise ConfigError(f"{self.tenant!r} is no tenant: use letters, digits, '-' and '_'.")
        if min(self.decoder_workers, self.job_workers) < 1 or self.lease_seconds <= 0:
            raise ConfigError("Numbers of workers and lease_seconds must be positive.")
        if not 0 <= self.undo_minutes <= _MINUTES_A_DAY:
            raise ConfigError("undo_minutes must be 0 to a day.")
        unknown = self.second_reviewer - {*CaseKind, "all"}
        if unknown:
            raise ConfigError(
                f"second_reviewer knows {', '.join(CaseKind)} and all, not {min(unknown)}."
            )

    @property
    def database_url(self) -> str:
        """Where the catalogue is."""
        return self.database or f"sqlite:///{self.home / 'catalogue.db'}"

    @property
    def root_key_uri(self) -> str:
        """Where the root key is."""
        return self.root_key or f"file:{self.home / 'keys' / 'root.key'}"

    @property
    def ledger_key_uri(self) -> str:
        """Where the ledger's note key is."""
        return self.ledger_key or f"file:{self.home / 'keys' / 'ledger.key'}"

    @property
    def signing_key_uri(self) -> str:
        """Where the claim key is."""
        return self.signing_key or f"devca:{self.home / 'pki'}"

    @property
    def development_signing_key(self) -> bool:
        """Whether claims are signed by a development authority."""
        return split_uri(self.signing_key_uri)[0] == "devca"

    @property
    def bare_root_key(self) -> bool:
        """Whether the root key is a file without a passphrase."""
        return split_uri(self.root_key_uri)[0] == "file" and not self.root_passphrase

    @property
    def index_root(self) -> Path:
        """Where files of the similarity index lie."""
        return self.home / "index"

    @property
    def released_root(self) -> Path:
        """Where released artworks are kept to be searched by works of later."""
        return self.home / "released"

    @property
    def blob_root(self) -> Path:
        """Where sealed files lie."""
        return self.home / "blobs"


def load_settings(
    explicit: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    config_file: Path | None = None,
    working_directory: Path | None = None,
) -> Settings:
    """Return the settings in force.

    Args:
        explicit: Values from flags; ``None`` values count as not given.
        environ: The process environment.
        config_file: A file to read instead of ``raisonne.toml`` and the user's ``config.toml``.
        working_directory: Where ``raisonne.toml`` may lie; the current directory if None.

    Raises:
        ConfigError: Naming the file or the key that cannot be used.
    """
    project_file = (working_directory or Path()) / PROJECT_FILE
    files = [_user_file(), project_file] if config_file is None else [config_file]
    layers: list[Mapping[str, Any]] = [
        {"home": _default_home()},
        *(_read_toml(path, must_exist=path == config_file) for path in files),
        _from_environment(environ),
        {key: value for key, value in explicit.items() if value is not None},
    ]
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= layer
    merged["home"] = Path(merged["home"]).expanduser().resolve()
    try:
        settings = TypeAdapter(Settings).validate_python(merged)
    except ValidationError as error:
        raise ConfigError(f"The settings cannot be used: {_first_problem(error)}.") from error
    _refuse_unsafe(settings)
    return settings


def _default_home() -> Path:
    import platformdirs  # noqa: PLC0415 - only when no home is given anywhere

    return Path(platformdirs.user_data_dir("raisonne", appauthor=False))


def _user_file() -> Path:
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_config_dir("raisonne", appauthor=False)) / "config.toml"


def _read_toml(path: Path, *, must_exist: bool) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if must_exist:
            raise ConfigError(f"There is no configuration file {path}.") from error
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> Mapping[str, Any]:
    known = {each.name for each in fields(Settings)}
    found: dict[str, Any] = {}
    for name in known:
        value = environ.get(ENVIRONMENT_PREFIX + name.upper())
        if value is not None:
            found[name] = _items(value) if name in _LISTS else value
    return found


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"


def _refuse_unsafe(settings: Settings) -> None:
    """Refuse in production what is named unsafe.

    Raises:
        ConfigError: ``UNSAFE_IN_PRODUCTION``.
    """
    if settings.profile is not Profile.PRODUCTION:
        return
    unsafe = []
    if settings.development_signing_key:
        unsafe.append("signing_key is a development authority")
    if settings.bare_root_key:
        unsafe.append("root_key is a file without a passphrase")
    if unsafe:
        raise ConfigError(
            f"profile=production refuses this: {'; '.join(unsafe)}.",
            reason=Reason.UNSAFE_IN_PRODUCTION,
        )
