from __future__ import annotations

import subprocess
import sys

CONFINED = """
import os, resource
from raisonne.fingerprint.confinement import allow_cpu, confine
confine(1 << 30, 100)
allow_cpu(5)
for what in ("AS", "CPU", "FSIZE", "NPROC", "CORE"):
    print(what, *resource.getrlimit(getattr(resource, "RLIMIT_" + what)))
try:
    os.open("/etc/hostname", os.O_RDONLY)
except PermissionError:
    print("closed")
print(open("/proc/self/status").read() if False else "done")
"""


def test_a_confined_process_keeps_memory_time_and_its_pipes_only():
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    limits = {line.split()[0]: line.split()[1:] for line in lines[:5]}
    assert limits["AS"] == [str(1 << 30)] * 2
    assert limits["FSIZE"] == limits["NPROC"] == limits["CORE"] == ["0", "0"]
    assert int(limits["CPU"][0]) <= 8
    assert limits["CPU"][1] == "100"
    assert lines[-1] == "done"


def test_more_processor_time_than_its_life_has_cannot_be_allowed():
    code = (
        "import resource\n"
        "from raisonne.fingerprint.confinement import allow_cpu, confine\n"
        "confine(1 << 30, 3)\n"
        "allow_cpu(50)\n"
        "print(*resource.getrlimit(resource.RLIMIT_CPU))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["3", "3"]
