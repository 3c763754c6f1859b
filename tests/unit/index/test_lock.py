from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from raisonne.index.lock import ReadWriteLock


def test_readers_hold_it_together():
    lock, together = ReadWriteLock(), threading.Barrier(3, timeout=10)

    def read() -> None:
        with lock.reading():
            together.wait()

    with ThreadPoolExecutor(3) as threads:
        for reader in [threads.submit(read) for _ in range(3)]:
            reader.result(timeout=20)


def test_a_writer_holds_it_alone_and_goes_before_new_readers():
    lock, order = ReadWriteLock(), []
    waiting = threading.Event()

    def write() -> None:
        waiting.set()
        with lock.writing():
            order.append("write")

    def read() -> None:
        with lock.reading():
            order.append("read")

    with ThreadPoolExecutor(2) as threads:
        with lock.reading():
            writer = threads.submit(write)
            waiting.wait(10)
            while not lock._writing:
                pass
            reader = threads.submit(read)
            order.append("first reader")
        writer.result(timeout=10)
        reader.result(timeout=10)
    assert order == ["first reader", "write", "read"]


@pytest.mark.parametrize("side", ["reading", "writing"])
def test_an_exception_lets_go(side):
    lock = ReadWriteLock()
    with pytest.raises(KeyError), getattr(lock, side)():
        raise KeyError
    with lock.writing(), ThreadPoolExecutor(1) as threads:
        assert threads.submit(lambda: 1).result(timeout=10) == 1
