"""Suites: the parts of a bundle, each with the cases beside it, as they are tested and linted.

The bundle itself is tested without profiles, each profile together with the bundle, and an overlay
on top of the bundle: a case says what holds where its part is in force and no other beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raisonne.policy.engine import PROFILES, PolicyBundle
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.testing import Failure, run_cases
from raisonne.policy.texts import CASES, OVERLAYS, Files, PolicyTexts, compose


@dataclass(frozen=True, slots=True)
class Suite:
    """One part of a bundle.

    Attributes:
        texts: Everything that is in force together with it.
        prefix: How names of its own files begin.
    """

    texts: PolicyTexts
    prefix: str

    @property
    def policies(self) -> dict[str, str]:
        """Its own policies by file name."""
        return self._own(self.texts.policies)

    @property
    def cases(self) -> dict[str, str]:
        """Its own cases by file name."""
        return self._own(self.texts.cases)

    def _own(self, files: Files) -> dict[str, str]:
        others = tuple(each for each in (PROFILES, OVERLAYS) if not self.prefix)
        return {
            name: text
            for name, text in files.items()
            if name.startswith(self.prefix) and not name.startswith(others)
        }


def suites(files: Files) -> list[Suite]:
    """Return the parts of a bundle's folder: itself, and each of its profiles that has policies."""
    found = [Suite(compose(files), "")]
    for profile in PolicyProfile:
        prefix = f"{PROFILES}{profile}/"
        if any(name.startswith(prefix) for name in files):
            found.append(Suite(compose(files, [profile]), prefix))
    return found


def overlay_suite(files: Files, name: str, overlay: Files) -> Suite:
    """Return an overlay as a part of a bundle.

    Args:
        files: The bundle's folder.
        name: The overlay's name.
        overlay: The overlay's folder.

    Raises:
        PolicyError: If the overlay brings a schema.
    """
    return Suite(compose(files, (), {name: overlay}), f"{OVERLAYS}{name}/")


def run_suite(suite: Suite) -> list[Failure]:
    """Run the cases of a part.

    Raises:
        PolicyError: If its policies do not parse or validate.
    """
    return run_cases(suite.texts.bundle(), suite.cases)


def cases_beside(file: str) -> str:
    """Return the name of the file of cases that lies beside a file of policies."""
    return file.removesuffix(".cedar") + CASES


def survivors(suite: Suite) -> Iterator[tuple[str, str]]:
    """Yield file and id of each policy whose removal breaks no case beside it.

    This is mutation testing with one operator, the deletion of a rule: Martin and Xie, "A fault
    model and mutation testing of access control policies", WWW 2007.

    Raises:
        PolicyError: If the policies do not parse or validate.
    """
    bundle = suite.texts.bundle()
    for name, rule in bundle.rules.items():
        if rule.file not in suite.policies:
            continue
        beside = cases_beside(rule.file)
        cases = {file: text for file, text in suite.cases.items() if file == beside}
        if not run_cases(_without(suite, rule.file, name), cases):
            yield rule.file, name


def _without(suite: Suite, file: str, policy: str) -> PolicyBundle:
    return suite.texts.without(file, policy).bundle()
