"""Where the policies in force come from: the packaged bundle or a folder, profiles and overlays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from raisonne.policy.engine import packaged_files
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.texts import Files, PolicyTexts, compose
from raisonne.rights.errors import PolicyError
from raisonne.runtime.policy_folder import Stamp, read_folder, stamp_folder
from raisonne.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class PolicySource:
    """What the settings say about policies.

    Attributes:
        root: Folder of the bundle; the packaged bundle if None.
        overlays: Folders of further policies, by the names that findings and lists use.
        profiles: Profiles in force.
    """

    root: Path | None
    overlays: tuple[tuple[str, Path], ...]
    profiles: frozenset[PolicyProfile]

    @classmethod
    def of(cls, settings: Settings) -> PolicySource:
        """Return the source that the settings name.

        Raises:
            PolicyError: If two overlays have one name.
        """
        root = Path(settings.policies).expanduser().absolute() if settings.policies else None
        return cls(root, tuple(_named(settings.policy_overlays)), settings.policy_profile)

    @property
    def folders(self) -> list[Path]:
        """Everything that may change while a service runs."""
        own = [self.root] if self.root is not None else []
        return [*own, *(path for _, path in self.overlays)]

    def files(self) -> Files:
        """Return the texts of the bundle's folder.

        Raises:
            PolicyError: If it cannot be read.
        """
        return packaged_files() if self.root is None else read_folder(self.root)

    def overlay_files(self) -> dict[str, Files]:
        """Return the texts of each overlay by its name.

        Raises:
            PolicyError: If one cannot be read.
        """
        return {name: read_folder(path) for name, path in self.overlays}

    def texts(self) -> PolicyTexts:
        """Return all that is in force, put together.

        Raises:
            PolicyError: If a folder cannot be read, or has a schema too many or too few.
        """
        return compose(self.files(), self.profiles, self.overlay_files())

    def stamp(self) -> Stamp:
        """Return what changes when any of the folders does; empty where nothing can change.

        Raises:
            PolicyError: If a folder cannot be looked at.
        """
        return tuple(entry for folder in self.folders for entry in stamp_folder(folder))


def _named(overlays: Iterable[str]) -> Iterable[tuple[str, Path]]:
    seen: set[str] = set()
    for given in overlays:
        path = Path(given).expanduser().absolute()
        # The name, and not where the folder lies, goes into the revision: the same policies have
        # the same revision on every machine.
        if path.name in seen or not path.name:
            raise PolicyError(
                f"Overlays are told apart by the names of their folders, and {given!r} has none "
                "of its own.",
                metadata={"where": given},
            )
        seen.add(path.name)
        yield path.name, path
