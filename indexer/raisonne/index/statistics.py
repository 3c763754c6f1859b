"""What the index of a tenant consists of, for people who keep it running."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.index.indexed_space import IndexedSpace
from raisonne.index.tenant_state import TenantState


@dataclass(frozen=True, slots=True)
class SpaceStatistics:
    """One algorithm.

    Attributes:
        algorithm: Its name.
        kind: Its family.
        rows: Fingerprints in force.
        delta_rows: Of these, how many lie in memory only.
        masked_rows: Rows of files that are out of force.
        segments: Files.
        size_bytes: Of the files.
    """

    algorithm: str
    kind: str
    rows: int
    delta_rows: int
    masked_rows: int
    segments: int
    size_bytes: int

    @property
    def masked_share(self) -> float:
        """Which share of the rows of files is out of force, 0 to 1."""
        filed = self.rows - self.delta_rows + self.masked_rows
        return self.masked_rows / filed if filed else 0.0


@dataclass(frozen=True, slots=True)
class IndexStatistics:
    """The index of one tenant.

    Attributes:
        tenant: Whose.
        revision: Change-log position that searches see.
        behind: Changes of the catalogue that searches did not see before they were asked for.
        sealed: Change-log position that the files reflect; what came later is read at opening.
        generation: How often files were put in the place of others.
        spaces: By algorithm.
    """

    tenant: str
    revision: int
    behind: int
    sealed: int
    generation: int
    spaces: tuple[SpaceStatistics, ...]

    @property
    def unsealed(self) -> int:
        """Changes of the catalogue, of all tenants, that are in no file yet."""
        return self.revision - self.sealed

    @property
    def rows(self) -> int:
        """Fingerprints in force."""
        return sum(space.rows for space in self.spaces)

    @property
    def masked_rows(self) -> int:
        """Rows of files that are out of force."""
        return sum(space.masked_rows for space in self.spaces)

    @property
    def segments(self) -> int:
        """Files."""
        return sum(space.segments for space in self.spaces)

    @property
    def size_bytes(self) -> int:
        """Bytes of the files."""
        return sum(space.size_bytes for space in self.spaces)


def statistics_of(tenant: str, state: TenantState, behind: int) -> IndexStatistics:
    """Return what a state consists of."""
    spaces = sorted(state.spaces.items())
    return IndexStatistics(
        tenant,
        state.reached.sequence,
        behind,
        state.sealed,
        state.generation,
        tuple(_space(algorithm, space) for algorithm, space in spaces),
    )


def _space(algorithm: str, space: IndexedSpace) -> SpaceStatistics:
    return SpaceStatistics(
        algorithm=algorithm,
        kind=space.kind.value,
        rows=len(space),
        delta_rows=space.delta_rows,
        masked_rows=space.masked_rows,
        segments=len(space.segments),
        size_bytes=sum(segment.record.size_bytes for segment in space.segments),
    )
