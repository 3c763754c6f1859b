"""What would be allowed instead of what was asked, and who could allow the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raisonne.rights.statement import Use

_NAMED = 3
"""Works that one line names."""


class Change(StrEnum):
    """What is otherwise than it was asked."""

    TERRITORY = "TERRITORY"
    TIME = "TIME"
    USE = "USE"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Circumstances under which the same input is allowed, by the policies that refused it.

    Attributes:
        changes: What differs from the question; one thing, or two where one does not do.
        use: What it may be used for.
        territory: Where, ISO 3166-1 alpha-2 or ``*``.
        at: From when on (UTC); the time that was asked about where that is no change. A grant may
            end later.
        obligations: What is then owed, as in a verdict.
        sentence: All of it for a person.
    """

    changes: tuple[Change, ...]
    use: Use
    territory: str
    at: datetime
    obligations: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A work that stands against all that was tried: only its holder can help.

    Attributes:
        work: ``works/{id}``.
        title: As registered; may be empty.
        holder: Rights holder's name; may be empty.
    """

    work: str
    title: str = ""
    holder: str = ""

    @property
    def called(self) -> str:
        """The work by its title, or by its name where it has none."""
        return f"“{self.title}”" if self.title else self.work


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What could be done instead.

    Attributes:
        options: What would be allowed, nearest first.
        obstacles: Works that nothing helps against, where there are no options.
    """

    options: tuple[Alternative, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def sentence(self) -> str:
        """What could be done, in one line; empty where nothing is known to help."""
        if self.options:
            return " ".join(option.sentence for option in self.options)
        if not self.obstacles:
            return ""
        asked = "; ".join(map(_asked, self.obstacles[:_NAMED]))
        more = len(self.obstacles) - _NAMED
        rest = f"; and likewise for {more} more" if more > 0 else ""
        return f"No other use, place or date that could be tried is allowed: {asked}{rest}."


NO_ALTERNATIVES = Alternatives()
"""Where there is nothing to suggest."""


def _asked(obstacle: Obstacle) -> str:
    whom = obstacle.holder or "the holder"
    return f"ask {whom} for a licence of {obstacle.called}"
