"""Objects written as calls of Python, or otherwise as no spec writes them; floor 3.

`Dense(4)`, `nn.Linear(4, 8)`, `Dense = 4` and `Dense {units: 4}` are names to YAML; what is meant
is told as a spec writes it.
"""

import re
from collections.abc import Iterator, Mapping

from nnspec.catalog.registry import find
from nnspec.document import shorten

CALL = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s*\((?P<arguments>.*)\)?\s*")
ASSIGNED = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s*=\s*(?P<value>\S.*)")
BRACED = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s*\{\s*(?P<key>\w+)")
ARGUMENT = re.compile(r"(?P<key>[A-Za-z_]\w*)\s*=\s*(?P<value>.+)")
LONGEST = 300
VALUE = "VALUE"


def as_written(text: str, family: str, habits: Mapping[str, str]) -> str | None:
    """Return what to write instead of a call or an assignment; None where a text is neither.

    Args:
        text: what stands where a name is due.
        family: the family that the name is one of.
        habits: the words of other libraries for names of the family.
    """
    if len(text) > LONGEST:
        return None
    for pattern in (CALL, ASSIGNED, BRACED):
        match = pattern.fullmatch(text)
        name = known_name(match["name"], family, habits) if match else None
        if match is None or name is None:
            continue
        if pattern is BRACED:
            return f"put a colon behind {name}: {name}: {{{match['key']}: ...}}"
        if pattern is ASSIGNED:
            return f"write {name}: {shorten(plain(match['value']))}"
        foreign = match["name"].rpartition(".")[2] != name
        arguments = match["arguments"].removesuffix(")")
        return f"write {spelled(name, family, arguments, foreign=foreign)}"
    return None


def known_name(text: str, family: str, habits: Mapping[str, str]) -> str | None:
    """Return the name of the catalogue that the last part of a dotted name stands for."""
    bare = text.rpartition(".")[2]
    candidates = (bare, *habits.get(bare, "").split())
    return next((one for one in candidates if find(family, one)), None)


def spelled(name: str, family: str, arguments: str, *, foreign: bool) -> str:
    """Return an object with the arguments of a call as a spec writes it.

    Args:
        name: the object's name.
        family: its family.
        arguments: the text between the parentheses.
        foreign: whether the call is another library's, whose order of arguments says nothing.
    """
    kind = find(family, name)
    required = (
        [key for key, info in kind.model_fields.items() if info.is_required()] if kind else []
    )
    shorthand = kind.shorthand if kind else None
    parts = [one.strip() for one in split_arguments(arguments)]
    named = {match["key"]: match["value"] for one in parts if (match := ARGUMENT.fullmatch(one))}
    placed = [one for one in parts if one and not ARGUMENT.fullmatch(one)]
    if not foreign and len(placed) == 1 and shorthand:
        named = {shorthand: placed[0], **named}
    missing = [key for key in required if key not in named]
    written = {key: plain(value) for key, value in named.items() if not foreign or key in required}
    written |= dict.fromkeys(missing, VALUE)
    if not written:
        return name
    if set(written) == {shorthand}:
        return f"{name}: {shorten(written[str(shorthand)])}"
    return f"{name}: {{{', '.join(f'{key}: {shorten(value)}' for key, value in written.items())}}}"


def split_arguments(text: str) -> Iterator[str]:
    """Give the arguments of a call, commas within brackets left alone."""
    depth, begin = 0, 0
    for index, mark in enumerate(text):
        depth += (mark in "([{") - (mark in ")]}")
        if mark == "," and depth == 0:
            yield text[begin:index]
            begin = index + 1
    yield text[begin:]


def plain(text: str) -> str:
    """Return a value of Python as YAML writes it."""
    text = text.strip()
    words = {"None": "null", "True": "true", "False": "false"}
    if text in words:
        return words[text]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if text.startswith("(") and text.endswith(")") and "," in text:
        return f"[{text[1:-1].rstrip(', ')}]"
    return text
