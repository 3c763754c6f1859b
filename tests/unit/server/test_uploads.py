from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from raisonne.rights.errors import NotFoundError, StorageError
from raisonne.server.uploads import StagedUploads

LIFETIME = timedelta(minutes=15)


class SetClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def uploads(clock: SetClock) -> StagedUploads:
    return StagedUploads(clock, total_bytes=10, lifetime=LIFETIME)


def test_the_same_bytes_have_the_same_name(uploads: StagedUploads) -> None:
    first = uploads.put("a", b"bytes", "5" * 64)
    assert uploads.put("a", b"bytes", "5" * 64) == first
    assert first.name == f"uploads/{'5' * 64}"
    assert uploads.get("a", first.name) == b"bytes"


def test_another_tenant_does_not_see_it(uploads: StagedUploads) -> None:
    upload = uploads.put("a", b"bytes", "5" * 64)
    with pytest.raises(NotFoundError):
        uploads.get("b", upload.name)


def test_it_is_forgotten_after_its_last_use(uploads: StagedUploads, clock: SetClock) -> None:
    upload = uploads.put("a", b"bytes", "5" * 64)
    clock.time += LIFETIME - timedelta(seconds=1)
    assert uploads.get("a", upload.name) == b"bytes"
    clock.time += LIFETIME - timedelta(seconds=1)
    assert uploads.get("a", upload.name) == b"bytes"
    clock.time += LIFETIME
    with pytest.raises(NotFoundError):
        uploads.get("a", upload.name)


def test_what_was_used_makes_room_for_what_comes(uploads: StagedUploads) -> None:
    first, second = uploads.put("a", b"bytes", "5" * 64), uploads.put("a", b"other", "6" * 64)
    with pytest.raises(StorageError), uploads.arriving(1):
        pass
    uploads.get("a", first.name)
    with uploads.arriving(5):
        pass
    with pytest.raises(NotFoundError):
        uploads.get("a", first.name)
    assert uploads.get("a", second.name) == b"other"


def test_what_was_sent_again_is_wanted_again(uploads: StagedUploads) -> None:
    upload = uploads.put("a", b"bytes", "5" * 64)
    uploads.put("a", b"bytes", "5" * 64)
    uploads.get("a", upload.name)
    # It was sent twice and used once.
    with pytest.raises(StorageError), uploads.arriving(6):
        pass
    uploads.get("a", upload.name)
    with uploads.arriving(6):
        pass


def test_arriving_and_held_bytes_are_bounded_together(
    uploads: StagedUploads, clock: SetClock
) -> None:
    uploads.put("a", b"bytes", "5" * 64)
    with uploads.arriving(3):
        with pytest.raises(StorageError), uploads.arriving(3):
            pass
        with uploads.arriving(2):
            pass
    with uploads.arriving(5):
        pass
    clock.time += LIFETIME
    with uploads.arriving(10):
        pass
