"""Files, names and streams that mean harm end in one message and the right code, soon and small.

Python's own audit events are the witness of what is opened.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from inputs import HOSTILE

ROOT = Path(__file__).parents[2]
LARGEST = 500 * 2**20
"""Bytes that a refusal may take; what it refuses would take many times as much."""
SECONDS = 100
"""When a process is given up: none takes more than some seconds, on however busy a machine."""
CODE = re.compile(r"\[[A-Z][0-9]{3}\]")

# Descriptors below 3 may be closed, and are to stay so until the program looks at them.
PROGRAM = """
import fcntl, os, sys

low = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
seen = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 100)
os.close(low)

def watch(event, arguments):
    if event == "open":
        os.write(seen, (ascii(arguments[0]) + "\\n").encode())

sys.addaudithook(watch)
from nnspec.commands import main

main()
"""
# A process that is begun by a large one counts that one's memory as its own, so one between asks.
BETWEEN = """
import resource, subprocess, sys

code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as kept:
    kept.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
SYSTEM = ("/proc/self/", "/proc/meminfo", "/sys/fs/cgroup/", "/sys/devices/system/", "/dev/null")
"""What the program, or Python, asks about the machine."""


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_input_ends_in_one_message(kind: str, tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "specs"
    folder.mkdir()
    (folder.parent / "secret.csv").write_text("Age,Eggs\n1,2\n", encoding="utf-8")
    hostile = HOSTILE[kind]()
    hostile.make(folder)
    code, output, largest = run(hostile.command, folder)
    assert code == hostile.code, output
    assert hostile.said in output
    assert "Traceback" not in output
    assert len(set(CODE.findall(output))) <= 1, output
    assert output.count("nnspec: ") <= 1
    assert len(output) < 30_000
    assert largest < LARGEST
    assert opened_outside(folder, hostile.command) == set()


def run(command: str, folder: Path) -> tuple[int, str, int]:
    """Return the exit code, all that was written, and the memory that was taken, in bytes."""
    script = f'nnspec() {{ exec "{sys.executable}" -c "$PROGRAM" "$@"; }}; nnspec {command}'
    environment = {
        **os.environ,
        "PROGRAM": PROGRAM,
        "PYTHONPATH": str(ROOT),
        "SEEN": str(folder.parent / "seen"),
    }
    environment.pop("GITHUB_ACTIONS", None)
    peak = folder.parent / "peak"
    bounded = ["timeout", "--kill-after=1", str(SECONDS), "bash", "-c", script]
    with tempfile.TemporaryFile() as output:
        ended = subprocess.run(
            [sys.executable, "-c", BETWEEN, str(peak), *bounded],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    return ended.returncode, text, int(peak.read_text()) * 1024


def opened_outside(folder: Path, command: str) -> set[str]:
    """Return what was opened that neither the program nor the folder of the specs holds.

    What the command line itself names may be opened, and is refused by what it is.
    """
    inside = (str(Path(sys.prefix)), str(Path(sys.base_prefix)), str(ROOT / "nnspec"), str(folder))
    seen = (folder.parent / "seen").read_text(encoding="utf-8").splitlines()
    paths = {str(path) for line in seen if isinstance(path := ast.literal_eval(line), str)}
    named = command.split()
    return {
        path
        for path in paths
        if path.startswith("/") and not path.startswith((*inside, *SYSTEM)) and path not in named
    }
