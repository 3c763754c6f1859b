"""Confinement of a decoder process to what decoding needs: memory, time and two pipes.

Applied by the process to itself after its imports, before it sees any input, and not reversible.
On Linux 5.13 and later, Landlock also takes every right on the file system away, so that a codec
taken over by a hostile file can read neither keys nor databases. seccomp would need a new
dependency and is left to the container runtime's default profile.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE_RULESET = 444  # Equal on all architectures, as every system call since Linux 5.1.
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_ALL_OF_ABI_1 = (1 << 13) - 1
_OPEN_FILES = 16


def confine(memory_bytes: int, cpu_s: int) -> None:
    """Bound this process for good.

    Args:
        memory_bytes: Address space.
        cpu_s: Processor seconds over its whole life; ``allow_cpu`` bounds one file within it.

    Raises:
        OSError: If the operating system refuses a limit, so that nothing is decoded without it.
    """
    for what, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (bound, bound))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "The process could not give up new privileges.")
        _deny_file_system(libc)


def allow_cpu(seconds: float) -> None:
    """Let this process use so many more processor seconds; past them the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def _deny_file_system(libc: ctypes.CDLL) -> None:
    """Enforce an empty Landlock rule set; kernels without Landlock keep the other bounds only."""
    handled = struct.pack("=Q", _LANDLOCK_ALL_OF_ABI_1)
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, handled, len(handled), 0)
    if ruleset < 0:
        return
    try:
        if libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0:
            raise OSError(ctypes.get_errno(), "The process could not give up the file system.")
    finally:
        os.close(ruleset)
