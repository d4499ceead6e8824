"""A check reads its specs and nothing else: Python's own audit events are the witness."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "bad"
FORBIDDEN = ("socket.", "subprocess.", "os.", "shutil.", "ctypes.", "urllib.", "http.", "ftplib.")
HARMLESS = {"os.listdir", "os.scandir", "os.putenv", "os.unsetenv"}
"""What imports do themselves, and what sets this process' own environment."""
MACHINE = ("/proc/self/cgroup", "/sys/fs/cgroup/")
"""Where the memory that the process may take is told."""

PROGRAM = """
import json, os, sys

seen = []
watching = False

def watch(event, arguments):
    if watching and event != "compile":
        seen.append([event, [str(one) for one in arguments[:3]]])

sys.addaudithook(watch)
sys.path.insert(0, os.getcwd())
from nnspec.commands import main

watching = True
try:
    main(["validate", *sys.argv[2:]])
except SystemExit as stopped:
    code = stopped.code
watching = False
with open(sys.argv[1], "w") as report:
    json.dump([code, "owned" in sys.modules, seen], report)
"""

ATTACKS = {
    "apply": "nnspec: 1\nmodel: !!python/object/apply:owned.run []\n",
    "name": (
        "nnspec: 1\nmodel: [{Input: [4]}, "
        "{Dense: {units: 1, activation: !!python/name:owned.run }}]"
    ),
    "module": "nnspec: 1\nmodel: [{Input: [4]}, {class_name: Layer, module: owned, config: {}}]",
    "registered": (
        "nnspec: 1\nmodel: [{Input: [4]}, "
        "{class_name: Dense, registered_name: owned>Dense, config: {units: 1}}]"
    ),
    "dotted": "nnspec: 1\nmodel: [{Input: [4]}, {owned.Layer: 1}]",
    "activation": "nnspec: 1\nmodel: [{Input: [4]}, {Dense: {units: 1, activation: owned.run}}]",
    "lambda": (
        "nnspec: 1\nmodel: [{Input: [4]}, "
        "{Lambda: {function: {class_name: __lambda__, config: {code: 4wEAAAA=}}}}]"
    ),
    "url": (
        "nnspec: 1\ndata: {source: 'http://169.254.169.254/x.csv', target: y}\nmodel: [{Dense: 1}]"
    ),
    "passwd": "nnspec: 1\ndata: {source: /etc/passwd, target: y}\nmodel: [{Dense: 1}]",
    "upwards": "nnspec: 1\ndata: {source: ../../secret.csv, target: y}\nmodel: [{Dense: 1}]",
    "linked": "nnspec: 1\ndata: {source: linked.csv, target: y}\nmodel: [{Dense: 1}]",
    "vocabulary": (
        "nnspec: 1\nmodel: [{Input: {shape: [1], dtype: string}}, "
        "{StringLookup: {vocabulary: /etc/passwd}}]"
    ),
    "weights": "nnspec: 1\nmodel: {file: /etc/passwd}\n",
    "remote": "nnspec: 1\nmodel: {file: 'https://example.com/model.json'}\n",
    "upwards-model": "nnspec: 1\nmodel: {file: ../../secret.json}\n",
    "callback": (
        "nnspec: 1\nmodel: [{Input: [4]}, {Dense: 1}]\ntraining: {optimizer: adam, loss: mse, "
        "callbacks: [{ModelCheckpoint: {filepath: /tmp/owned.keras}}]}"
    ),
    "plugin": "nnspec: 1\nplugins: [owned]\nmodel: [{Input: [4]}, {Dense: 1}]",
    "environment": "nnspec: 1\nname: '${HOME}'\nmodel: [{Input: [4]}, {Dense: '$(id)'}]",
}

Event = tuple[str, list[str]]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bool, list[Event]]:
    folder = tmp_path_factory.mktemp("audited").resolve() / "specs"
    folder.mkdir()
    (folder / "owned.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    (folder.parent / "secret.csv").write_text("y\n1\n", encoding="utf-8")
    (folder / "linked.csv").symlink_to(folder.parent / "secret.csv")
    for name, text in ATTACKS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for path in GOLDEN.iterdir():
        if path.suffix in {".yaml", ".json"}:
            shutil.copyfile(path, folder / path.name)
    names = sorted(path.name for path in folder.iterdir() if path.suffix in {".yaml", ".json"})
    report = folder.parent / "report.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    command = [sys.executable, "-c", PROGRAM, str(report), *names]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    code, imported, seen = json.loads(report.read_text(encoding="utf-8"))
    assert code == 1
    return folder, imported, [(event, arguments) for event, arguments in seen]


Audited = tuple[Path, bool, list[Event]]


def test_nothing_that_a_spec_names_is_imported(audited: Audited) -> None:
    _, imported, seen = audited
    named = {arguments[0] for event, arguments in seen if event == "import"}
    roots = {name.partition(".")[0] for name in named if not name.startswith("_sysconfigdata_")}
    known = {*sys.stdlib_module_names, "nnspec", "pydantic", "pydantic_core", "annotated_types"}
    known |= {"yaml", "_yaml", "typing_extensions", "typing_inspection", "typer", "rich", "click"}
    known |= {"shellingham", "annotated_doc"}  # typer's own
    known |= {"org"}  # the standard library asks for Jython's
    assert not imported
    assert roots <= known


def test_no_connection_is_opened_and_no_process_started(audited: Audited) -> None:
    _, _, seen = audited
    events = {event for event, _ in seen if event.startswith(FORBIDDEN)} - HARMLESS
    assert events == set()


def test_only_specs_and_the_program_itself_are_opened_and_nothing_is_written(
    audited: Audited,
) -> None:
    folder, _, seen = audited
    opened = [arguments for event, arguments in seen if event == "open"]
    program = tuple(map(str, {Path(sys.prefix), Path(sys.base_prefix), ROOT / "nnspec"}))
    specs = {path.name for path in folder.iterdir() if path.suffix in {".yaml", ".json"}}
    outside = {
        path
        for path, mode, _ in opened
        if path not in specs and not path.startswith((*program, *MACHINE)) and not path.isdigit()
    }
    assert outside == set()
    # What is opened by number has no mode, but flags.
    writing = [
        path
        for path, mode, flags in opened
        if mode not in {"r", "rb", "None"} or int(flags) & (os.O_WRONLY | os.O_RDWR)
    ]
    assert writing == []
    assert specs <= {path for path, _, _ in opened}
