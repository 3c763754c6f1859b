"""Decoding in confined, replaceable processes, so that a hostile file costs one answer at most."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from types import TracebackType
from typing import IO, Self

import numpy as np

from raisonne.fingerprint.decoder_worker import ANSWER, READY, REQUEST
from raisonne.fingerprint.decoding import (
    LONG_SIDE,
    MAX_XMP_BYTES,
    DecodedImage,
    DecodeLimits,
    check_length,
)
from raisonne.rights.errors import (
    ConfigError,
    ConflictError,
    InputError,
    LimitError,
    RaisonneError,
    Reason,
)

_FILES_A_WORKER = 1000
_MAX_HEADER_BYTES = (1 << 16) + 2 * MAX_XMP_BYTES
_CHANNELS = 3
_ERRORS: dict[str, type[RaisonneError]] = {"InputError": InputError, "LimitError": LimitError}
_LIMIT_SIGNALS = {signal.SIGXCPU, signal.SIGKILL}


class DecoderPool:
    """A ``Decoder`` over worker processes, safe to call from many threads.

    Workers are started by the first files that need them, replaced after ``_FILES_A_WORKER`` files
    or when they die, and ended by ``close``. A file that outlives ``limits.timeout_s`` has its
    worker killed, and so has one whose answer was not read to its end (an interrupt, no memory).

    Args:
        workers: How many files may be decoded at the same time; further callers wait.
        limits: Bounds on one file; the defaults where None.
    """

    def __init__(self, workers: int, limits: DecodeLimits | None = None) -> None:
        if workers < 1:
            raise ConfigError("A decoder pool needs at least one worker.")
        self._limits = limits or DecodeLimits()
        self._workers = workers
        # Last in, first out: a quiet service keeps one process warm rather than all.
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._slots.put(None)
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def decode(self, data: bytes) -> DecodedImage:
        """Decode one file in a worker.

        Raises:
            InputError: ``EMPTY_INPUT``, ``UNSUPPORTED_MEDIA_TYPE`` or ``MALFORMED_MEDIA``.
            LimitError: ``FILE_TOO_LARGE``, ``IMAGE_TOO_LARGE`` or ``DECODE_LIMIT_EXCEEDED``.
            ConfigError: ``ENGINE_UNAVAILABLE`` if no worker can be started.
            ConflictError: If the pool is closed.
        """
        check_length(data, self._limits)
        with self._worker() as worker:
            return worker.decode(data)

    def close(self) -> None:
        """Wait for files in progress, then end all workers. Closing again does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        for _ in range(self._workers):
            worker = self._slots.get()
            if worker is not None:
                worker.stop()
        for _ in range(self._workers):
            self._slots.put(None)  # Callers that still wait wake up and find the pool closed.

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        worker = self._slots.get()
        try:
            if self._closed.is_set():
                raise ConflictError("The decoder pool is closed.")
            if worker is None or not worker.usable:
                if worker is not None:
                    worker.stop()
                worker = None
                worker = _Worker(self._limits)
            yield worker
        finally:
            self._slots.put(worker)


class _Worker:
    """One decoder process and its pipes; used by one thread at a time."""

    def __init__(self, limits: DecodeLimits) -> None:
        self._limits = limits
        self._files_left = _FILES_A_WORKER
        self._expired = threading.Event()
        self._settled = True
        settings = json.dumps({**asdict(limits), "files": _FILES_A_WORKER})
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "raisonne.fingerprint.decoder_worker", settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # Codecs write about hostile files at length.
            env=_environment(),
            start_new_session=True,  # An interrupt at the terminal is for the parent to handle.
        )
        if self._pipe(self._process.stdout).read(len(READY)) != READY:
            self.stop()
            raise ConfigError(
                "A decoder process could not be started "
                f"(it ended with code {self._process.returncode}).",
                reason=Reason.ENGINE_UNAVAILABLE,
            )

    @property
    def usable(self) -> bool:
        """Whether another file may be sent to it."""
        return (
            self._settled
            and self._files_left > 0
            and not self._expired.is_set()
            and self._process.poll() is None
        )

    def decode(self, data: bytes) -> DecodedImage:
        """Send one file and wait for the answer, killing the process when time is up."""
        self._files_left -= 1
        self._settled = False
        timer = threading.Timer(self._limits.timeout_s, self._expire)
        timer.daemon = True
        timer.start()
        try:
            answer = _interpreted(*self._ask(data))
        except (BrokenPipeError, _BrokenAnswerError) as error:
            self.stop()
            raise self._death() from error
        except BaseException:
            self.stop()  # What is left of this answer would be read as the next file's.
            raise
        finally:
            timer.cancel()
            timer.join()
        self._settled = True  # Only here, so that no interrupt above leaves it in use.
        if isinstance(answer, RaisonneError):
            raise answer
        return answer

    def stop(self) -> None:
        """Kill the process and release its pipes."""
        self._process.kill()
        self._process.wait()
        self._pipe(self._process.stdout).close()
        with contextlib.suppress(BrokenPipeError):  # Closing flushes what it never read.
            self._pipe(self._process.stdin).close()

    def _expire(self) -> None:
        self._expired.set()
        self._process.kill()

    def _ask(self, data: bytes) -> tuple[bytes, bytes]:
        sink, source = self._pipe(self._process.stdin), self._pipe(self._process.stdout)
        sink.write(REQUEST.pack(len(data)))
        sink.write(data)
        sink.flush()
        lengths = _read(source, ANSWER.size)
        header_bytes, pixel_bytes = ANSWER.unpack(lengths)
        # The worker may have been taken over by its input, so nothing it says is believed blindly.
        if header_bytes > _MAX_HEADER_BYTES or pixel_bytes > LONG_SIDE * LONG_SIDE * _CHANNELS:
            raise _BrokenAnswerError
        return _read(source, header_bytes), _read(source, pixel_bytes)

    def _death(self) -> RaisonneError:
        if self._expired.is_set():
            return LimitError(f"Decoding took longer than {self._limits.timeout_s:g} s.")
        code = -(self._process.returncode or 0)
        if code in _LIMIT_SIGNALS:
            return LimitError("Decoding used more processor time or memory than is allowed.")
        return InputError(
            "The decoder process broke down on this file.",
            reason=Reason.MALFORMED_MEDIA,
            metadata={"signal": str(code)},
        )

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ConfigError("The decoder process has no pipe.")
        return pipe


class _BrokenAnswerError(Exception):
    """The worker died or answered outside its protocol."""


def _read(source: IO[bytes], length: int) -> bytes:
    data = source.read(length)
    if len(data) != length:
        raise _BrokenAnswerError
    return data


def _interpreted(packed: bytes, pixels: bytes) -> DecodedImage | RaisonneError:
    try:
        header = json.loads(packed)
        if "error" in header:
            return _ERRORS[header["error"]](
                str(header["message"]), reason=Reason(header["reason"]), metadata=header["metadata"]
            )
        return DecodedImage(
            media_type=str(header["media_type"]),
            width=int(header["width"]),
            height=int(header["height"]),
            pixel_sha256=bytes.fromhex(header["pixel_sha256"]).hex(),
            pixels=np.frombuffer(pixels, np.uint8).reshape(header["shape"]),
            frames=int(header["frames"]),
            xmp=base64.b64decode(header["xmp"], validate=True),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _BrokenAnswerError from error


def _environment() -> dict[str, str]:
    """Return what a worker may know of the environment: where its imports are, and no secret."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    paths = [path for path in sys.path if path]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "OPENBLAS_NUM_THREADS": "1",
        # glibc gives the memory of each picture back and faults it in again for the next, which
        # doubles the time of a 1024 x 1024 JPEG; so a worker keeps up to 64 MiB.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    }
