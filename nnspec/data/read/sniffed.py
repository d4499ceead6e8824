"""Tells what was found out about how files are written, and how to say it in the spec."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from nnspec.data.read.raw import Raw
from nnspec.diagnostics import Diagnostic
from nnspec.document import Plain
from nnspec.document.write import flow

SETTINGS = ("separator", "quote", "decimal", "thousands", "skip")
"""What a spec can say of it."""


def tell_sniffed(raw: Raw) -> Iterator[Diagnostic]:
    """Give the finding (D133) about files that are written otherwise than their ending says."""
    told = [(file, found) for file in raw.files if (found := settings_of(file.sniffed))]
    if not told:
        return
    file, found = told[0]
    how = ", ".join(f'{key} "{value}"' for key, value in found.items())
    others = f", {len(told) - 1} more files likewise" if len(told) > 1 else ""
    name = PurePath(file.name).name
    message = f'"{name}" is read with {how}, as its first rows show{others}'
    said: Plain = {"csv": {"path": name, **found}}
    yield Diagnostic(
        "D133", message, hint=f"to say so: source: {flow(said)}", path=("data", "source")
    )


def settings_of(sniffed: Mapping[str, str]) -> dict[str, Plain]:
    """Return what was found out as settings that a spec can say."""
    found = {key: sniffed[key] for key in SETTINGS if key in sniffed}
    return {key: int(value) if key == "skip" else value for key, value in found.items()}
