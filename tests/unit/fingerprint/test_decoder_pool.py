from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from tests.unit.fingerprint.pictures import encoded, painting, png_claiming

from raisonne.fingerprint.decoder_pool import DecoderPool, _BrokenAnswerError, _interpreted
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.rights.errors import ConfigError, ConflictError, InputError, LimitError, Reason

LIMITS = DecodeLimits()
GOOD = encoded(painting(), "JPEG")


@pytest.fixture(scope="module")
def pool():
    with DecoderPool(1) as opened:
        yield opened


def same(one: DecodedImage, other: DecodedImage) -> bool:
    facts = [(i.media_type, i.width, i.height, i.pixel_sha256, i.frames) for i in (one, other)]
    return facts[0] == facts[1] and (one.pixels == other.pixels).all()


def worker_of(pool: DecoderPool):
    (worker,) = [slot for slot in pool._slots.queue if slot is not None]
    return worker


def test_workers_decode_as_the_function_does(pool):
    moving = encoded(painting(3), "WEBP", save_all=True, append_images=[painting(4)])
    for data in (GOOD, encoded(painting(1, 900, 500)), encoded(painting(2), "AVIF"), moving):
        assert same(pool.decode(data), decode_image(data, LIMITS))


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", InputError, Reason.EMPTY_INPUT),
        (b"text", InputError, Reason.UNSUPPORTED_MEDIA_TYPE),
        (GOOD[:2000], InputError, Reason.MALFORMED_MEDIA),
        (png_claiming(60_000, 60_000), LimitError, Reason.IMAGE_TOO_LARGE),
        (bytes(LIMITS.max_bytes + 1), LimitError, Reason.FILE_TOO_LARGE),
    ],
)
def test_refusals_cross_the_process_boundary(pool, data, error, reason):
    with pytest.raises(error) as caught:
        pool.decode(data)
    assert caught.value.reason is reason
    assert same(pool.decode(GOOD), decode_image(GOOD, LIMITS))


def test_workers_start_with_the_first_file_and_are_kept():
    with DecoderPool(3) as pool:
        assert all(slot is None for slot in pool._slots.queue)
        pool.decode(GOOD)
        first = worker_of(pool)
        pool.decode(GOOD)
        assert worker_of(pool) is first


def test_a_worker_that_died_between_files_is_replaced():
    with DecoderPool(1) as pool:
        pool.decode(GOOD)
        dead = worker_of(pool)
        os.kill(dead._process.pid, signal.SIGKILL)
        dead._process.wait()
        assert pool.decode(GOOD).width == 240
        assert worker_of(pool) is not dead


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_decodes():
    with DecoderPool(1, DecodeLimits(timeout_s=1)) as pool:
        pool.decode(GOOD)
        os.kill(worker_of(pool)._process.pid, signal.SIGSTOP)
        with pytest.raises(LimitError, match="longer than 1 s") as caught:
            pool.decode(GOOD)
        assert caught.value.reason is Reason.DECODE_LIMIT_EXCEEDED
        assert same(pool.decode(GOOD), decode_image(GOOD, LIMITS))


def test_a_worker_that_breaks_down_costs_one_answer():
    with DecoderPool(1) as pool, ThreadPoolExecutor(1) as threads:
        pool.decode(GOOD)
        worker = worker_of(pool)
        os.kill(worker._process.pid, signal.SIGSTOP)
        left = worker._files_left
        answer = threads.submit(pool.decode, GOOD)
        while worker._files_left == left:
            time.sleep(0.001)
        os.kill(worker._process.pid, signal.SIGSEGV)
        os.kill(worker._process.pid, signal.SIGCONT)
        error = answer.exception(timeout=30)
        assert isinstance(error, InputError)
        assert error.reason is Reason.MALFORMED_MEDIA
        assert error.metadata == {"signal": str(signal.SIGSEGV.value)}
        assert pool.decode(GOOD).width == 240


class InterruptedPipe:
    """A worker's answers, of which one read is interrupted before it takes anything."""

    def __init__(self, pipe, read: int, error: type[BaseException]) -> None:
        self.pipe, self.reads_left, self.error = pipe, read, error

    def read(self, length: int) -> bytes:
        if not self.reads_left:
            raise self.error
        self.reads_left -= 1
        return self.pipe.read(length)

    def close(self) -> None:
        self.pipe.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("read", [0, 1, 2])
def test_an_interrupted_answer_is_never_given_to_the_next_file(error, read):
    with DecoderPool(1) as pool:
        pool.decode(GOOD)
        process = worker_of(pool)._process
        process.stdout = InterruptedPipe(process.stdout, read, error)
        with pytest.raises(error):
            pool.decode(encoded(painting(1, 900, 500)))
        assert process.poll() is not None
        process.stdout.reads_left = 9
        assert same(pool.decode(GOOD), decode_image(GOOD, LIMITS))


def test_a_worker_with_an_answer_in_its_pipe_is_not_used_again():
    with DecoderPool(1) as pool:
        pool.decode(GOOD)
        worker = worker_of(pool)
        worker._settled = False  # As after a second interrupt, before the process was ended.
        assert pool.decode(GOOD).width == 240
        assert worker_of(pool) is not worker
        assert worker._process.poll() is not None


def test_a_refusal_costs_no_worker():
    with DecoderPool(1) as pool:
        pool.decode(GOOD)
        worker = worker_of(pool)
        with pytest.raises(InputError):
            pool.decode(b"text")
        assert pool.decode(GOOD).width == 240
        assert worker_of(pool) is worker


def test_memory_is_bounded():
    huge = encoded(Image.new("1", (8000, 8000)), "PNG")
    with DecoderPool(1, DecodeLimits(memory_bytes=256 << 20)) as pool:
        with pytest.raises(LimitError) as caught:
            pool.decode(huge)
        assert caught.value.reason is Reason.DECODE_LIMIT_EXCEEDED
        assert pool.decode(GOOD).width == 240


def test_many_threads_share_few_workers():
    files = [encoded(painting(seed)) for seed in range(12)]
    with DecoderPool(2) as pool, ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(pool.decode, files))
    expected = [decode_image(data, LIMITS) for data in files]
    assert all(same(one, other) for one, other in zip(answers, expected, strict=True))


def test_workers_are_recycled():
    with DecoderPool(1) as pool:
        pool.decode(GOOD)
        first = worker_of(pool)
        first._files_left = 1
        pool.decode(GOOD)
        pool.decode(GOOD)
        assert worker_of(pool) is not first
        assert first._process.poll() is not None


def test_closing_ends_the_workers_and_refuses_more():
    pool = DecoderPool(1)
    pool.decode(GOOD)
    worker = worker_of(pool)
    pool.close()
    pool.close()
    assert worker._process.poll() is not None
    with pytest.raises(ConflictError):
        pool.decode(GOOD)


def test_closing_waits_for_files_in_progress():
    pool = DecoderPool(1)
    slow = encoded(Image.new("L", (6000, 6000)), "PNG", compress_level=1)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(pool.decode, slow)
        while pool._slots.qsize():
            time.sleep(0.001)
        closing = threading.Thread(target=pool.close)
        closing.start()
        assert answer.result(timeout=30).width == 6000
        closing.join()


HONEST = {
    "media_type": "image/png",
    "width": 2,
    "height": 1,
    "pixel_sha256": "00" * 32,
    "shape": [1, 2, 3],
    "frames": 1,
    "xmp": "",
}


@pytest.mark.parametrize(
    "header",
    [
        b"no json",
        b"[]",
        b"{}",
        json.dumps(HONEST | {"shape": [9, 9, 3]}).encode(),
        json.dumps(HONEST | {"width": "wide"}).encode(),
        json.dumps(HONEST | {"frames": None}).encode(),
        json.dumps(HONEST | {"xmp": "§"}).encode(),
        json.dumps(HONEST | {"pixel_sha256": "nothing"}).encode(),
        json.dumps({"error": "SystemExit", "message": "", "reason": "", "metadata": {}}).encode(),
    ],
)
def test_an_answer_outside_the_protocol_is_not_believed(header):
    assert _interpreted(json.dumps(HONEST).encode(), bytes(6)).width == 2
    with pytest.raises(_BrokenAnswerError):
        _interpreted(header, bytes(6))


def test_a_worker_that_cannot_start_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with DecoderPool(1) as pool, pytest.raises(ConfigError) as caught:
        pool.decode(GOOD)
    assert caught.value.reason is Reason.ENGINE_UNAVAILABLE


def test_a_pool_needs_a_worker():
    with pytest.raises(ConfigError):
        DecoderPool(0)
