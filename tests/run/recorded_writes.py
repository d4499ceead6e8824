"""A log of what a program writes, and the folders that a crash at any point of it may leave."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

LOCK = ".lock"


@dataclass(frozen=True)
class Act:
    """One act on a folder: make, create, write, sync, rename, remove."""

    kind: str
    path: Path
    content: bytes = b""
    target: Path | None = None


@dataclass
class Disk:
    """What acts have come to: files as they are in memory, and as they are on the disk for certain.

    A file's content is on the disk from its own sync on; that it is there, or has another name,
    from the sync of its folder on. What is not may be there all the same, in the order of the acts.
    """

    content: dict[int, bytes] = field(default_factory=dict)
    synced: dict[int, bytes] = field(default_factory=dict)
    present: dict[Path, int | None] = field(default_factory=dict)
    certain: dict[Path, int | None] = field(default_factory=dict)
    pending: dict[Path, list[tuple[Path, int | None]]] = field(default_factory=dict)

    def enter(self, path: Path, file: int | None) -> None:
        """Have a file under a name, or none."""
        self.present[path] = file
        self.pending.setdefault(path.parent, []).append((path, file))

    def take(self, act: Act) -> None:
        """Do an act."""
        match act.kind:
            case "make":
                self.enter(act.path, 0)
            case "create":
                file = len(self.content) + 1
                self.content[file] = b""
                self.enter(act.path, file)
            case "write":
                file = self.present[act.path] or 0
                self.content[file] += act.content
            case "sync" if (held := self.present.get(act.path)) in self.content:
                assert held is not None
                self.synced[held] = self.content[held]
            case "sync":
                for path, entered in self.pending.pop(act.path, []):
                    self.certain[path] = entered
            case "rename":
                assert act.target is not None
                self.enter(act.target, self.present[act.path])
                self.enter(act.path, None)
            case "remove":
                self.enter(act.path, None)

    def left(self) -> Iterator[dict[Path, bytes | None]]:
        """Yield what a crash may leave: path -> content, None for a folder.

        Of each folder any number of the acts that are not certain may have come through, the
        first of them first; of the content of files only what was synced, or all of it.
        """
        ways = [range(len(acts) + 1) for acts in self.pending.values()]
        for counts in itertools.product(*ways):
            names = dict(self.certain)
            for count, acts in zip(counts, self.pending.values(), strict=True):
                names.update(acts[:count])
            for content in (self.synced, self.content):
                yield {
                    path: None if file == 0 else content.get(file, b"")
                    for path, file in names.items()
                    if file is not None
                }


class Recorder:
    """Takes the place of the system's calls, and notes those on a folder; its lock is left out."""

    CALLS = ("open", "write", "fsync", "close", "replace", "unlink", "mkdir")

    def __init__(self, root: Path) -> None:
        self.acts: list[Act] = []
        self._root = root
        self._files: dict[int, Path] = {}
        self._before: dict[str, Any] = {name: getattr(os, name) for name in self.CALLS}

    def note(self, kind: str, path: Any, content: bytes = b"", target: Any = None) -> None:
        one = Path(path)
        if one.is_relative_to(self._root) and one.name != LOCK:
            target = None if target is None else Path(target)
            self.acts.append(Act(kind, one, content, target))

    def open(self, path: Any, flags: int, *rest: Any, **named: Any) -> int:
        absent = not os.path.lexists(path)
        descriptor: int = self._before["open"](path, flags, *rest, **named)
        self._files[descriptor] = Path(path)
        if absent and flags & os.O_CREAT:
            self.note("create", path)
        return descriptor

    def write(self, descriptor: int, data: Any) -> int:
        count: int = self._before["write"](descriptor, data)
        if descriptor in self._files:
            self.note("write", self._files[descriptor], bytes(data[:count]))
        return count

    def fsync(self, descriptor: int) -> None:
        self._before["fsync"](descriptor)
        self.note("sync", self._files[descriptor])

    def close(self, descriptor: int) -> None:
        self._files.pop(descriptor, None)
        self._before["close"](descriptor)

    def replace(self, path: Any, target: Any) -> None:
        self._before["replace"](path, target)
        self.note("rename", path, target=target)

    def unlink(self, path: Any, **named: Any) -> None:
        self._before["unlink"](path, **named)
        self.note("remove", path)

    def mkdir(self, path: Any, *rest: Any) -> None:
        self._before["mkdir"](path, *rest)
        self.note("make", path)


@contextmanager
def recording(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Act]]:
    """Give the list of acts on a folder within the block."""
    recorder = Recorder(root)
    with monkeypatch.context() as patched:
        for name in Recorder.CALLS:
            patched.setattr(os, name, getattr(recorder, name))
        yield recorder.acts


def put(files: dict[Path, bytes | None], root: Path, place: Path) -> Path:
    """Write what a crash leaves of a folder to another place."""
    place.mkdir()
    for path in sorted(files):
        content, there = files[path], place / path.relative_to(root)
        if content is None:
            there.mkdir(exist_ok=True)
        elif there.parent.is_dir():
            there.write_bytes(content)
    return place
