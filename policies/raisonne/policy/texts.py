"""Texts: what a bundle is put together from, before anything of it is parsed.

A bundle is a folder: ``schema.cedarschema``, policies in ``access/``, ``rights/`` and
``screening/``, and further ones in ``profiles/<name>/``, each ``x.cedar`` with its ``x_test.yaml``.
An overlay is a folder of further policies without a schema. All of it is text by name here; who
reads folders is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from raisonne.policy.engine import PROFILES, PolicyBundle, packaged_files
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.rules import SCHEMA, without_policy
from raisonne.rights.errors import PolicyError

Files = Mapping[str, str]
"""Text by name, relative to a folder."""

OVERLAYS = "overlays/"
"""Prefix under which an overlay's files are known in a bundle."""

CASES = "_test.yaml"
"""How the name of a file of cases ends."""


@dataclass(frozen=True, slots=True)
class PolicyTexts:
    """The texts of one bundle.

    Attributes:
        schema: What policies may speak of.
        policies: Texts of policies by file name.
        cases: Texts of cases by file name.
        profiles: Names of the profiles that were put in.
    """

    schema: str
    policies: Files
    cases: Files = field(default_factory=dict)
    profiles: tuple[str, ...] = ()

    def bundle(self) -> PolicyBundle:
        """Parse and validate.

        Raises:
            PolicyError: See ``PolicyBundle.from_texts``.
        """
        return PolicyBundle.from_texts(self.schema, self.policies, self.profiles)

    def without(self, file: str, policy: str) -> PolicyTexts:
        """Return the same texts less one policy."""
        shorter = without_policy(self.policies[file], policy)
        return replace(self, policies={**self.policies, file: shorter})


def compose(
    files: Files,
    profiles: Iterable[PolicyProfile] = (),
    overlays: Mapping[str, Files] | None = None,
) -> PolicyTexts:
    """Put a bundle together.

    Args:
        files: The bundle's folder. A profile that it has no policies for is taken from the
            packaged bundle.
        profiles: Those in force.
        overlays: Further folders by their names.

    Raises:
        PolicyError: If there is no schema, an overlay brings one of its own, or a file lies where
            it would never be in force.
    """
    if SCHEMA not in files:
        raise _unusable(SCHEMA, "a bundle needs this file")
    _require_places(files)
    chosen = {name: text for name, text in files.items() if not name.startswith(PROFILES)}
    named = sorted(set(profiles))
    for profile in named:
        chosen.update(profile_files(files, profile))
    for name, overlay in (overlays or {}).items():
        if SCHEMA in overlay:
            raise _unusable(f"{OVERLAYS}{name}/{SCHEMA}", "an overlay has no schema of its own")
        chosen.update({f"{OVERLAYS}{name}/{file}": text for file, text in overlay.items()})
    return PolicyTexts(
        schema=files[SCHEMA],
        policies=_ending(chosen, ".cedar"),
        cases=_ending(chosen, CASES),
        profiles=tuple(named),
    )


def profile_files(files: Files, profile: PolicyProfile) -> dict[str, str]:
    """Return the texts of a profile: the bundle's own, or else those of the packaged bundle.

    They are empty for a profile that only demands something of the settings.
    """
    prefix = f"{PROFILES}{profile}/"
    for source in (files, packaged_files()):
        found = {name: text for name, text in source.items() if name.startswith(prefix)}
        if found:
            return found
    return {}


def _require_places(files: Files) -> None:
    for name in files:
        if name.startswith(OVERLAYS):
            raise _unusable(name, f"{OVERLAYS} is where overlays are put")
        if name.startswith(PROFILES) and name.split("/")[1] not in set(PolicyProfile):
            raise _unusable(name, "there is no such profile, so it would never be in force")


def _ending(files: Files, suffix: str) -> dict[str, str]:
    return {name: text for name, text in sorted(files.items()) if name.endswith(suffix)}


def _unusable(where: str, problem: str) -> PolicyError:
    return PolicyError(
        f"The policy bundle cannot be used: {where}: {problem}.", metadata={"where": where}
    )
