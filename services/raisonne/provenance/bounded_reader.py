"""Reading credentials of strangers' files within a time: a check must not wait for a hostile one.

A manifest store may hold thousands of manifests, each with a signature to verify, and the library
cannot be interrupted. So it reads in a thread of its own, which is left behind where it takes too
long; there are only so many of them, and while all are taken nothing is read.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from raisonne.app.ports import CredentialReader
from raisonne.rights.errors import LimitError
from raisonne.rights.provenance import CredentialReport

SECONDS = 10.0
"""As long as a file may take to be decoded."""
READERS = 16
"""Files that are read at a time, those that were given up among them."""


class BoundedReader:
    """Gives up on files that take too long; safe to share between threads.

    Args:
        reader: Reads them.
        seconds: How long one may take, and how long to wait until it can begin.
        readers: How many are read at a time.
    """

    def __init__(
        self, reader: CredentialReader, seconds: float = SECONDS, readers: int = READERS
    ) -> None:
        self._reader = reader
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(readers)

    def read(self, data: bytes) -> CredentialReport:
        """Read and validate.

        Raises:
            LimitError: If it takes too long, or too many that did are still being read.
        """
        if not self._free.acquire(timeout=self._seconds):
            raise LimitError("Too many content credentials are still being read.")
        answer: SimpleQueue[CredentialReport | BaseException] = SimpleQueue()
        # A daemon, so that the process can end while one is left behind.
        thread = threading.Thread(
            target=self._answer, args=(data, answer), name="credential-reader", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            self._free.release()
            raise
        try:
            found = answer.get(timeout=self._seconds)
        except Empty:
            raise LimitError("The content credential takes too long to read.") from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _answer(self, data: bytes, answer: SimpleQueue[CredentialReport | BaseException]) -> None:
        try:
            answer.put(self._reader.read(data))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            answer.put(error)
        finally:
            self._free.release()
