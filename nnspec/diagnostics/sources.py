"""The texts that findings point into; beside the findings, all that a format is given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for YAML's readers."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What was checked.

    Attributes:
        texts: text of each checked file by its name in messages; None if it could not be read.
        overrides: the arguments of --set, in the order of the command line.
        fine: how many specs have no findings; as many as have none of their own, if absent.
    """

    texts: Mapping[str, str | None] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    fine: int | None = None

    def line(self, file: str | None, number: int) -> str | None:
        """Return a line (counted from 1) of a checked file, None if there is none."""
        text = self.texts.get(file or "")
        if text is None or number < 1:
            return None
        lines = split_lines(text)
        return lines[number - 1] if number <= len(lines) else None

    def override(self, number: int) -> str | None:
        """Return an argument of --set, counted from 1, None if there is none."""
        inside = 0 < number <= len(self.overrides)
        return self.overrides[number - 1] if inside else None


@lru_cache(maxsize=8)
def split_lines(text: str) -> list[str]:
    """Return the lines of a text; every finding asks for one of the same text."""
    return LINE_BREAK.split(text)
