"""What every search structure of one tenant and one algorithm has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from raisonne.rights.fingerprint import WorkFingerprint


class Space(ABC):
    """Entries by row id and by asset; each subclass adds its way of searching.

    None of them is safe for a change during a search; ``CatalogueIndex`` sees to that.
    """

    def __init__(self) -> None:
        self._entries: dict[int, WorkFingerprint] = {}
        self._by_asset: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> list[WorkFingerprint]:
        """Return all entries, in no order."""
        return list(self._entries.values())

    def of_asset(self, asset: str) -> WorkFingerprint | None:
        """Return the entry of an asset, or None."""
        row = self._by_asset.get(asset)
        return None if row is None else self._entries[row]

    def change(self, added: Sequence[WorkFingerprint], removed: Sequence[int]) -> None:
        """Take out row ids, unknown ones being ignored, and then put entries in.

        Raises:
            StorageError: If a value cannot be one of this space; nothing is changed then.
        """
        for entry in added:
            self._check(entry)
        leaving = {row for row in [*removed, *(e.id for e in added)] if row in self._entries}
        if leaving:
            self._remove(sorted(leaving))
            for row in leaving:
                del self._by_asset[self._entries.pop(row).asset]
        if added:
            self._add(added)
            self._entries |= {entry.id: entry for entry in added}
            self._by_asset |= {entry.asset: entry.id for entry in added}

    @abstractmethod
    def _check(self, entry: WorkFingerprint) -> None:
        """Refuse a damaged value with a ``StorageError``."""

    @abstractmethod
    def contents(self) -> Mapping[int, bytes]:
        """Return row ids and values, read back from what is searched."""

    @abstractmethod
    def _add(self, entries: Sequence[WorkFingerprint]) -> None: ...

    @abstractmethod
    def _remove(self, rows: Sequence[int]) -> None: ...
