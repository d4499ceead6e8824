"""For each code a small spec that triggers it, and what the program then prints.

The specs are written by hand, the outputs by tools/generate.py from the program itself. They lie
beside this module, so that `nnspec explain` shows what the pages show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"
COMMANDS = "commands.txt"
"""Lists the codes whose example needs more than `nnspec validate`: code and command line."""

_RUN = "it is a finding about a run folder or a machine, not about a spec"
UNSHOWN: Mapping[str, str] = {
    "A": _RUN,
    "R": _RUN,
    "L101": "the spec would be larger than 4 MB",
    "L103": "the value would be longer than 100,000 characters",
    "L108": "the spec would hold 200,000 values",
    "L109": "the spec would hold hundreds of mistakes",
    "L110": "an example would be hundreds of lines",
    "L111": "it depends on the memory of the machine",
    "T130": "it depends on the memory of the machine",
    "Y107": "the file would hold bytes that are no text",
    "Y108": "the character would not be seen on this page",
    "D102": "the file would be damaged",
    "D110": "the data would be an archive of arrays",
    "D112": "the data would be an archive of arrays",
    "D116": "the file would declare terabytes",
    "D117": "the file would change while it is read",
    "D118": "a library would have to be absent",
    "D120": "the table would hold thousands of categories",
    "D119": "the data would be an archive of arrays",
    "D125": "it is a finding about a table that a run is applied to",
    "D161": "it is a finding about a run that another one begins with",
    "D126": "it is a finding about a table that a run is applied to",
    "D135": "it is a finding about a table that a run is applied to",
    "D152": "it is a finding about a table that a run is applied to",
}
"""Code, or the letter of a family -> why no example is shown."""
_TRAINED = "it is a finding about a trained network, not about a spec"
_AFTER = "C104"
"""First of the checks of a trained run."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An example of a finding.

    Attributes:
        command: the command line, without `nnspec`.
        spec: text of the spec.
        output: what the command prints.
        data: text of the table that the spec reads, if it reads one.
    """

    command: str
    spec: str
    output: str
    data: str | None = None


def find_trigger(code: str) -> Trigger | None:
    """Return the example of a code, None if there is none."""
    spec, output, data = (FOLDER / f"{code}{end}" for end in (".yaml", ".out", ".csv"))
    if not spec.is_file() or not output.is_file():
        return None
    table = data.read_text(encoding="utf-8") if data.is_file() else None
    written, printed = (one.read_text(encoding="utf-8") for one in (spec, output))
    return Trigger(command_of(code), written, printed, data=table)


def command_of(code: str) -> str:
    """Return the command line that shows a code's example, without `nnspec`."""
    own = dict(line.split(maxsplit=1) for line in _lines(FOLDER / COMMANDS))
    return own.get(code, f"validate {code}.yaml")


def why_unshown(code: str) -> str | None:
    """Return why a code has no example, None if it should have one."""
    if code[0] == _AFTER[0] and code >= _AFTER:
        return _TRAINED
    return UNSHOWN.get(code) or UNSHOWN.get(code[0])


def _lines(file: Path) -> list[str]:
    """Return the lines of a list that is there."""
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
