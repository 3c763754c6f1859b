"""Commands as processes of their own that need not import everything anew.

A process that has imported the product waits, and forks one for each command, with arguments,
environment, folder and standard streams of its own. What such a command does is what it does in a
shell, in a third of the time; that it starts from nothing is tested by ``test_start_up``.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 120


class WarmProcess:
    """The waiting process, from the side of the tests."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._address = str(Path(self._folder.name) / "socket")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm_process", self._address],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def run(
        self, arguments: Sequence[str], stdin: str, environment: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Run a command; return its exit code and what it wrote."""
        with tempfile.TemporaryDirectory() as folder:
            streams = [Path(folder) / name for name in ("in", "out", "err")]
            streams[0].write_bytes(stdin.encode())
            request = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(Path.cwd()),
                "streams": [str(stream) for stream in streams],
            }
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(SECONDS)
                connection.connect(self._address)
                connection.sendall(json.dumps(request).encode() + b"\n")
                with connection.makefile() as answers:
                    answer = answers.readline()
            return int(answer), _text(streams[1]), _text(streams[2])

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._folder.cleanup()


def _text(path: Path) -> str:
    return path.read_bytes().decode() if path.exists() else ""


def serve(address: str) -> None:
    """Fork a process for each connection until standard input ends."""
    import raisonne.cli.embedded
    import raisonne.cli.main
    import raisonne.cli.render
    import raisonne.runtime.wiring  # noqa: F401 - imported once for all commands

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for those that answer.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        parent = os.getpid()
        if os.fork() == 0:
            # Ends the waiting process when the tests are over, however they ended.
            os.read(0, 1)
            os.kill(parent, signal.SIGTERM)
            os._exit(0)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(connection)
                os._exit(0)
            connection.close()


def _answer(connection: socket.socket) -> None:
    request = json.loads(connection.makefile().readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        _become(request)
    _, status = os.waitpid(pid, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(request: dict[str, Any]) -> None:
    """Be the command, to its end."""
    from raisonne.cli.main import main

    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    source, *sinks = request["streams"]
    os.dup2(os.open(source, os.O_RDONLY), 0)
    for descriptor, sink in enumerate(sinks, 1):
        os.dup2(os.open(sink, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    sys.argv = ["raisonne", *request["arguments"]]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - what a process ends by, whatever it is
        sys.excepthook(*sys.exc_info())
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    serve(sys.argv[1])
