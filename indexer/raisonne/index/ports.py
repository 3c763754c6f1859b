"""What the index needs from the catalogue: its change log, and a list of its own files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from raisonne.rights.fingerprint import FingerprintChange, FingerprintKind, WorkFingerprint


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where a change log ends.

    Attributes:
        sequence: The highest committed one, 0 when empty.
        mark: Random number of that row, 0 when empty: a catalogue that was restored from an older
            copy and has grown since has another one at the same sequence.
    """

    sequence: int
    mark: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did.

    Attributes:
        values: How many values there were to overwrite.
        pending: What may still hold bytes of erased values, and until when; empty if nothing does.
    """

    values: int
    pending: str


class FingerprintLog(Protocol):
    """The change log that indexes follow. Sequence order is commit order.

    A fingerprint that was put out of force may have been erased since: its value is empty then.
    """

    def head(self) -> LogHead:
        """Return where the log ends."""
        ...

    def mark(self, sequence: int) -> int | None:
        """Return the mark of the row at a sequence; 0 at sequence 0, None if there is no row."""
        ...

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        """Return a tenant's committed changes with ``sequence > after``, in order.

        Values of REMOVE changes are empty.

        Args:
            tenant: Whose.
            after: Change-log position.
            limit: How many at most.
        """
        ...

    def algorithms(self, tenant: str) -> Sequence[tuple[str, FingerprintKind]]:
        """Return the algorithms that a tenant ever had a fingerprint of, in order of name."""
        ...

    def in_force(
        self, tenant: str, algorithm: str, revision: int, *, after: int, until: int, limit: int
    ) -> Sequence[WorkFingerprint]:
        """Return the fingerprints that were in force at a revision, in order of id.

        Erased ones are left out: they were put out of force after that revision.

        Args:
            tenant: Whose.
            algorithm: Of which algorithm.
            revision: Change-log position.
            after: Only ids above this.
            until: Only ids up to this.
            limit: How many at most.
        """
        ...

    def at(self, tenant: str, rows: Sequence[int], revision: int) -> Sequence[WorkFingerprint]:
        """Return those of some fingerprints that were in force at a revision, in order of id.

        Values that were erased since are empty.

        Args:
            tenant: Whose.
            rows: Their ids.
            revision: Change-log position.
        """
        ...

    def erase(self, tenant: str, until: int) -> Erasure:
        """Empty the values of fingerprints whose last change is a REMOVE up to a position.

        Args:
            tenant: Whose.
            until: Change-log position; what was put out of force later is left alone.
        """
        ...


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A file of the index, as the catalogue lists it.

    Attributes:
        name: File name, unique.
        algorithm: Of its fingerprints.
        kind: Of its fingerprints.
        rows: How many it holds.
        first: Lowest row id.
        last: Highest row id.
        size_bytes: Of the file.
        digest: SHA-256 of what covers everything in it; see ``raisonne.index.block_file``.
        marks: What holds for each row; see ``raisonne.index.marks``.
        wrapped_key: What its key can be had from, empty if the file is not encrypted.
    """

    name: str
    algorithm: str
    kind: FingerprintKind
    rows: int
    first: int
    last: int
    size_bytes: int
    digest: bytes
    marks: bytes
    wrapped_key: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The files of a tenant's index, and what they hold.

    Attributes:
        revision: Change-log position that they and their marks reflect.
        generation: How many checkpoints came before; 0 where there is none.
        segments: In order of algorithm, then of first row id, then of name.
    """

    revision: int = 0
    generation: int = 0
    segments: tuple[SegmentRecord, ...] = ()


class SegmentList(Protocol):
    """The files of the index that count; what is not listed here is rubbish.

    Several machines may keep files of their own for one catalogue: ``store`` is the random identity
    of the folder that the files lie in.
    """

    def checkpoint(self, store: str, tenant: str) -> Checkpoint:
        """Return a tenant's files; an empty checkpoint of generation 0 where there is none."""
        ...

    def commit(self, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
        """Put a checkpoint in the place of the one whose generation is one less.

        Returns:
            Whether it was; nothing is changed if another one came first.
        """
        ...

    def names(self, store: str) -> set[str]:
        """Return the names of all listed files."""
        ...


class SegmentKeys(Protocol):
    """Keys of encrypted files."""

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:
        """Return a fresh key of 32 bytes for a file, and its wrapped form."""
        ...

    def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:
        """Return a file's key.

        Raises:
            KeyUnavailableError: If it was shredded, or is another file's.
        """
        ...
