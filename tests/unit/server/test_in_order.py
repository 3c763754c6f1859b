from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.server.in_order import in_order


async def stream(*items: int) -> AsyncIterator[int]:
    for item in items:
        yield item


async def collect(answers: AsyncIterator[int], seen: list[int]) -> None:
    async for answer in answers:
        seen.append(answer)  # noqa: PERF401 - kept when the rest fails


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(200):
        await asyncio.sleep(0)


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(1, 10))
def test_answers_keep_the_order_whoever_is_done_first(steps: list[int], window: int) -> None:
    working = 0

    async def work(number: int) -> int:
        nonlocal working
        working += 1
        assert working <= window
        for _ in range(steps[number]):
            await asyncio.sleep(0)
        working -= 1
        return number

    async def answers() -> list[int]:
        return [answer async for answer in in_order(stream(*range(len(steps))), work, window)]

    assert asyncio.run(answers()) == list(range(len(steps)))


async def test_no_more_than_the_window_is_read() -> None:
    read: list[int] = []
    go_on = asyncio.Event()

    async def requests() -> AsyncIterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    async def work(number: int) -> int:
        await go_on.wait()
        return number

    async with aclosing(in_order(requests(), work, 16)) as answers:
        first = asyncio.ensure_future(anext(answers))
        await settle()
        assert read == list(range(16))
        go_on.set()
        assert await first == 0
        await settle()
        # The first answer is out, but nobody has asked for the next one yet.
        assert read == list(range(16))
        assert await anext(answers) == 1
        await settle()
        assert read == list(range(17))


async def test_one_at_a_time_works_too() -> None:
    sent: asyncio.Queue[int] = asyncio.Queue()

    async def requests() -> AsyncIterator[int]:
        while (number := await sent.get()) >= 0:
            yield number

    async def work(number: int) -> int:
        return number * 10

    answers = in_order(requests(), work, 16)
    for number in (1, 2):
        sent.put_nowait(number)
        assert await anext(answers) == number * 10
    sent.put_nowait(-1)
    assert await anext(answers, None) is None


async def test_an_error_comes_in_its_place_and_ends_the_work() -> None:
    ended: list[int] = []

    async def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        if number > 2:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(number)
        return number

    seen: list[int] = []
    with pytest.raises(ValueError, match="two"):
        await collect(in_order(stream(0, 1, 2, 3, 4), work, 16), seen)
    assert seen == [0, 1]
    assert ended == [3, 4]


async def test_an_error_while_reading_comes_after_what_was_read() -> None:
    async def requests() -> AsyncIterator[int]:
        yield 0
        yield 1
        raise ValueError("torn")

    async def work(number: int) -> int:
        return number

    seen: list[int] = []
    with pytest.raises(ValueError, match="torn"):
        await collect(in_order(requests(), work, 16), seen)
    assert seen == [0, 1]


async def test_closing_cancels_everything() -> None:
    before = asyncio.all_tasks()
    closed: list[str] = []

    async def requests() -> AsyncIterator[int]:
        try:
            yield 0
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.append("requests")

    async def work(number: int) -> int:
        if number:
            try:
                await asyncio.Event().wait()
            finally:
                closed.append("work")
        return number

    async with aclosing(in_order(requests(), work, 16)) as answers:
        assert await anext(answers) == 0
        await settle()
    assert sorted(closed) == ["requests", "work"]
    assert asyncio.all_tasks() == before
