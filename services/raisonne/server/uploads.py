"""Files sent ahead of the request that is about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from raisonne.app.ports import Clock
from raisonne.rights.errors import NotFoundError, StorageError


@dataclass(frozen=True, slots=True)
class StagedUpload:
    """A file that is held for its tenant.

    Attributes:
        name: ``uploads/{sha256}``, so that the same bytes have the same name.
        sha256: Lower-case hex digest.
        size_bytes: Length.
        expire_time: When it is forgotten.
    """

    name: str
    sha256: str
    size_bytes: int
    expire_time: datetime


class StagedUploads:
    """Uploads in this process's memory, so that no plaintext reaches a disk.

    Used from one event loop only, hence without a lock.

    Args:
        clock: The time.
        total_bytes: Bytes held at once, the arriving ones included.
        lifetime: How long a file is held after its last use.
    """

    def __init__(self, clock: Clock, *, total_bytes: int, lifetime: timedelta) -> None:
        self._clock = clock
        self._total_bytes = total_bytes
        self._lifetime = lifetime
        self._arriving_bytes = 0
        # By tenant and name, least recently touched first.
        self._held: dict[tuple[str, str], tuple[StagedUpload, bytes]] = {}
        # How often it was sent without having been used since.
        self._awaited: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def arriving(self, size_bytes: int) -> Iterator[None]:
        """Reserve room while a file arrives; uploads that were used already make it.

        Raises:
            StorageError: If there is no room now; it comes back as uploads expire.
        """
        self._forget_expired()
        for key in [key for key in self._held if not self._awaited[key]]:
            if self._has_room(size_bytes):
                break
            self._forget(key)
        if not self._has_room(size_bytes):
            raise StorageError(
                "Too many uploads are held at the moment; try again later.",
                metadata={"limit_bytes": str(self._total_bytes)},
            )
        self._arriving_bytes += size_bytes
        try:
            yield
        finally:
            self._arriving_bytes -= size_bytes

    def put(self, tenant: str, data: bytes, sha256: str) -> StagedUpload:
        """Hold a file that has arrived whole.

        Args:
            tenant: Whose.
            data: The bytes.
            sha256: Their digest; the receiver computed it as they came.
        """
        name = f"uploads/{sha256}"
        self._awaited[tenant, name] += 1
        return self._hold(tenant, name, data, sha256)

    def get(self, tenant: str, name: str) -> bytes:
        """Return the bytes of an upload, and hold it longer.

        Raises:
            NotFoundError: If the tenant has no such upload, or not any more.
        """
        self._forget_expired()
        found = self._held.get((tenant, name))
        if found is None:
            raise NotFoundError(
                f"There is no upload {name!r}; it may have expired.", metadata={"name": name}
            )
        upload, data = found
        self._hold(tenant, name, data, upload.sha256)
        self._awaited[tenant, name] = max(self._awaited[tenant, name] - 1, 0)
        return data

    def _hold(self, tenant: str, name: str, data: bytes, sha256: str) -> StagedUpload:
        upload = StagedUpload(name, sha256, len(data), self._clock.now() + self._lifetime)
        self._held.pop((tenant, name), None)
        self._held[tenant, name] = (upload, data)
        return upload

    def _has_room(self, size_bytes: int) -> bool:
        held = sum(upload.size_bytes for upload, _ in self._held.values())
        return held + self._arriving_bytes + size_bytes <= self._total_bytes

    def _forget_expired(self) -> None:
        now = self._clock.now()
        for key in [key for key, (upload, _) in self._held.items() if upload.expire_time <= now]:
            self._forget(key)

    def _forget(self, key: tuple[str, str]) -> None:
        del self._held[key]
        del self._awaited[key]
