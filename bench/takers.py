"""What a hand does that follows one sentence of a hint: each gives the texts that come of it."""

import re
from collections.abc import Iterator

from slip import Slip

from nnspec.diagnostics import Diagnostic, Span
from nnspec.diagnostics.fixes import line_starts, offset

VALUE = re.compile(r": *(\[[^\]]*\]|\{[^\n]*?\}(?=[,}\n])|[^,\n}]*)(, )?")
"""A value behind its key, and the comma and blank behind it."""


def at(slip: Slip, span: Span) -> tuple[int, int]:
    """Return the offsets of a place in the text with the mistake."""
    starts = line_starts(slip.text)
    begin, end = offset(span.start, slip.text, starts), offset(span.end, slip.text, starts)
    return begin or 0, end or begin or 0


def put(slip: Slip, begin: int, end: int, new: str) -> str:
    """Return the text with something else between two offsets."""
    return slip.text[:begin] + new + slip.text[end:]


def line_at(slip: Slip, finding: Diagnostic) -> tuple[int, int, str]:
    """Return begin and end of the line of a finding, and the line."""
    assert finding.span
    begin = line_starts(slip.text)[finding.span.start.line - 1]
    end = slip.text.find("\n", begin)
    end = len(slip.text) if end < 0 else end
    return begin, end, slip.text[begin:end]


def replace_word(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write another word at the place, its quotes kept."""
    assert finding.span
    begin, end = at(slip, finding.span)
    yield put(slip, begin, end, match["word"])
    bare = match["word"].strip("'\"")
    yield put(slip, begin, end, bare)


def open_brace(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Put a brace behind a key of the line."""
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, line.replace(f"{match['key']}: ", f"{match['key']}: {{"))


def rewrite_line(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write what is due from the place to the end of its line."""
    assert finding.span
    begin, _ = at(slip, finding.span)
    _, end, _ = line_at(slip, finding)
    yield put(slip, begin, end, match["word"])


def exchange_sign(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write one bracket for another on the line."""
    begin, _, line = line_at(slip, finding)
    for found in re.finditer(re.escape(match["old"]), line):
        yield put(slip, begin + found.start(), begin + found.end(), match["new"])


def replace_braced(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write an object with its arguments at the place."""
    assert finding.span
    begin, end = at(slip, finding.span)
    yield put(slip, begin, end, f"{{{match['word']}}}")


def replace_list(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write another list on the line of the place."""
    begin, end, line = line_at(slip, finding)
    word = match["word"]
    if slip.place and "NAME" in word:
        word = word.replace("NAME", slip.original.written(slip.place.value.span))
    yield put(slip, begin, end, re.sub(r"inputs: .*", f"inputs: {word}", line))


def list_outputs(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write another list of outputs."""
    del finding
    yield re.sub(r"outputs: \[[^\]]*\]", f"outputs: {match['word']}", slip.text)


def setting_at(slip: Slip, span: Span) -> tuple[int, int, re.Match[str] | None]:
    """Return where the key at the place begins and ends, and what is behind it."""
    begin, end = at(slip, span)
    return begin, end, VALUE.match(slip.text[end:])


def give(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Move the setting at the place to an object on one of some lines."""
    assert finding.span
    begin, end, behind = setting_at(slip, finding.span)
    if not behind:
        return
    entry = f"{slip.text[begin:end]}: {behind[1]}"
    for text in cut_between(slip, begin, end):
        gone = slip.text.count("\n") - text.count("\n")
        for line in match["lines"].split(" or "):
            lines = text.split("\n")
            number = int(line) - 1 - (gone if int(line) > finding.span.start.line else 0)
            lines[number] = re.sub(
                rf"({match['home']}): \{{", rf"\1: {{{entry}, ", lines[number], count=1
            )
            yield "\n".join(lines)


def pick(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write the word of a list that was there."""
    assert finding.span
    begin, end = at(slip, finding.span)
    for word in match["words"].split(", "):
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", slip.original.text):
            yield put(slip, begin, end, word)


def write_pair(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write a key and its value: in place of both, or of the one at the place."""
    assert finding.span
    begin, end = at(slip, finding.span)
    key, value = match["key"], match["value"]
    if "VALUE" in value:
        value = filled(slip, value, key)
    _, stop, _ = line_at(slip, finding)
    yield put(slip, begin, end, f"{key}: {value}")
    yield put(slip, begin, end, value)
    start, _, line = line_at(slip, finding)
    for found in re.finditer(rf"{re.escape(key)}\s*[:=;]*\s*", line):
        yield put(slip, start + found.start(), stop, f"{key}: {value}")
        for close in re.finditer(r"[,}\]]|$", line[found.end() :]):
            for stop in (close.start(), close.end()):
                until = start + found.end() + stop
                yield put(slip, start + found.start(), until, f"{key}: {value}")
    dash = re.match(r" *(- )?", line)
    if dash:
        yield put(slip, start + dash.end(), stop, f"{key}: {value}")


def filled(slip: Slip, value: str, key: str) -> str:
    """Return a hint's text with what stood in the spec before for each VALUE."""

    def known(found: re.Match[str]) -> str:
        return f"{found[1]}: {value_of(slip, found[1]) or 'VALUE'}"

    whole = re.sub(r"([\w.$]+): VALUE", known, value)
    return (value_of(slip, key) or whole) if whole == "VALUE" else whole


def value_of(slip: Slip, key: str) -> str | None:
    """Return what stood behind a key before the mistake, the one nearest to it.

    A list or mapping on lines of its own begins on the next line again.
    """
    near = min(slip.lines)
    spots = [one for one in slip.original.places if one.path[-1] == key]
    spots.sort(key=lambda one: abs(one.value.span.start.line - near))
    if slip.place and slip.place.path[-1] == key:
        spots.insert(0, slip.place)
    if not spots:
        return None
    place = spots[0]
    written = slip.original.written(place.value.span)
    if place.key and place.value.span.start.line > place.key.key.start.line:
        return f"\n{' ' * (place.value.span.start.column - 1)}{written}"
    return written


def add(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Add a key to the object at the place."""
    value = value_of(slip, match["key"]) or match["value"]
    assert finding.span
    begin, end = at(slip, finding.span)
    entry = f"{match['key']}: {value}"
    if slip.text[begin : begin + 1] == "{":
        yield put(slip, begin + 1, begin + 1, f"{entry}, ")
    behind = slip.text[end:]
    if brace := re.match(r":\s*\{", behind):
        yield put(slip, end + brace.end(), end + brace.end(), f"{entry}, ")
    if block := re.match(r":[^\n]*\n( *)", behind):
        indent = block[1]
        yield put(slip, end + block.end(), end + block.end(), f"{entry}\n{indent}")
    if single := re.match(r": ([^\n{},\[]+)", behind):
        yield put(slip, end, end + single.end(), f": {{{entry}}}")
    yield put(slip, end, end, f": {{{entry}}}")
    yield f"{entry}\n{slip.text}"


def define(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Define a variable."""
    del finding
    name, value = match["key"], value_of(slip, match["key"]) or "3"
    yield re.sub(r"(?m)^variables: \{", f"variables: {{{name}: {value}, ", slip.text)
    yield re.sub(r"(?m)^variables:\n", f"variables:\n  {name}: {value}\n", slip.text)
    yield f"variables: {{{name}: {value}}}\n{slip.text}"


def move(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Move the key at the place, and what is behind it, below another key."""
    assert finding.span
    begin, end, behind = setting_at(slip, finding.span)
    if not behind:
        return
    key, value = slip.text[begin:end], behind[1]
    left = put(slip, begin, end + behind.end(), "")
    left = re.sub(r"(?m)^ *\n", "", left)
    home = match["home"].split(": ")[-1]
    yield re.sub(rf"(?m)^( *)({home}):\n( +)", rf"\1\2:\n\g<3>{key}: {value}\n\3", left)
    yield re.sub(rf"({home}): \{{", rf"\1: {{{key}: {value}, ", left, count=1)
    gone = slip.text.count("\n") - left.count("\n")
    for lacking in finding.related:
        lines = left.split("\n")
        number = lacking.span.start.line - 1
        number -= gone if number >= finding.span.start.line else 0
        lines[number] = re.sub(rf"({home}): \{{", rf"\1: {{{key}: {value}, ", lines[number])
        yield "\n".join(lines)


def realign(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Give the line, or the one above, the indentation of lines around it."""
    del match
    assert finding.span
    lines = slip.text.split("\n")
    here = finding.span.start.line - 1
    depths = {
        len(one) - len(one.lstrip(" -"))
        for one in lines[max(0, here - 6) : here + 7]
        if one.strip()
    }
    depths |= {len(one) - len(one.lstrip()) for one in lines[max(0, here - 6) : here + 7]}
    for number in (here, here - 1):
        for depth in sorted({*depths, *(one + 2 for one in depths)}):
            changed = list(lines)
            changed[number] = " " * depth + lines[number].lstrip()
            yield "\n".join(changed)


def add_dash(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Begin the line with a dash."""
    del match
    begin, end, line = line_at(slip, finding)
    bare = line.lstrip()
    depth = len(line) - len(bare)
    for indent in (depth, depth - 2):
        yield put(slip, begin, end, f"{' ' * indent}- {bare}")


def close(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Put a sign in anywhere on the line of the place, or of what it points at."""
    spans = [finding.span, *(one.span for one in finding.related)]
    starts = line_starts(slip.text)
    for number in {span.start.line for span in spans if span}:
        begin = starts[number - 1]
        stop = slip.text.find("\n", begin)
        for spot in range(begin, (stop if stop >= 0 else len(slip.text)) + 1):
            yield put(slip, spot, spot, match["sign"])


def remove(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Take a sign or a word out of the line, or the entry at the place."""
    word = match["word"].strip('"')
    begin, _, line = line_at(slip, finding)
    for found in re.finditer(re.escape(word), line):
        yield put(slip, begin + found.start(), begin + found.end(), "")
        more = re.match(r":? *[^,}\]]*(, )?", line[found.end() :])
        if more:
            yield put(slip, begin + found.start(), begin + found.end() + more.end(), "")


def cut_entry(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Take the entry at the place out: that of the key there, or of the value."""
    del match
    assert finding.span
    begin, end = at(slip, finding.span)
    yield from cut_between(slip, begin, end)
    start, _, _ = line_at(slip, finding)
    if key := re.search(r"[\w.-]+: *$", slip.text[start:begin]):
        yield from cut_between(slip, start + key.start(), end)


def cut_between(slip: Slip, begin: int, end: int) -> Iterator[str]:
    """Take out what stands between two offsets, with what is behind it on the line."""
    more = re.match(r":? *(\[[^\]]*\]|[^,}\]\n]*)(, )?", slip.text[end:])
    stop = end + (more.end() if more else 0)
    yield put(slip, begin, stop, "")
    yield re.sub(r"(?m)^ *(- )?\n", "", put(slip, begin, stop, ""))
    if slip.text[max(0, begin - 2) : begin] == ", ":
        yield put(slip, begin - 2, stop, "")


def put_before(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Put a comma before a word of the line."""
    begin, _, line = line_at(slip, finding)
    for found in re.finditer(rf"\s*{re.escape(match['word'])}", line):
        yield put(slip, begin + found.start(), begin + found.start(), ",")


def spaced_dash(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write the rest of the line anew."""
    begin, end, line = line_at(slip, finding)
    indent = line[: len(line) - len(line.lstrip())]
    yield put(slip, begin, end, indent + match["rest"])
    whole = re.sub(r"^-(?=\S)", "- ", line.lstrip())
    if whole.startswith(match["rest"].rstrip("…")):
        yield put(slip, begin, end, indent + whole)


def exchange(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Exchange two keys: that at the place, and that at the place beside it."""
    del match
    assert finding.span
    if not finding.related:
        return
    one, other = sorted((finding.span, finding.related[0].span))
    (begin, end), (start, stop) = at(slip, one), at(slip, other)
    between = slip.text[end:start]
    yield (
        slip.text[:begin]
        + slip.text[start:stop]
        + between
        + slip.text[begin:end]
        + slip.text[stop:]
    )


def restore(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write the value that stood behind the key at the place, or take the key away."""
    assert finding.span
    begin, end = at(slip, finding.span)
    if slip.place and slip.lines == {finding.span.start.line}:
        yield put(slip, begin, end, slip.original.written(slip.place.value.span))
    if value := value_of(slip, slip.text[begin:end]):
        yield put(slip, end, end, f": {value}")
        yield put(slip, end, end + 1, f": {value}")
    yield from cut_entry(slip, finding, match)


def requote(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write one quotation mark for the other."""
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, line.replace("'", match["sign"]).replace('"', match["sign"]))


def name_it(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Give a name to the layer beside."""
    span = finding.related[-1].span
    begin, _ = at(slip, span)
    indent = " " * (span.start.column - 1)
    yield put(slip, begin, begin, f"name: {match['word']}\n{indent}")


def put_colon(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Put a colon behind a word of the line."""
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, re.sub(rf"({re.escape(match['key'])}) ", r"\1: ", line))


def one_colon(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write one colon where two stand."""
    del match
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, re.sub(r" ?: ?: ?", ": ", line))


def one_comma(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write one comma where two stand."""
    del match
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, re.sub(r", ?,", ",", line))


def comma(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Write a comma where a semicolon stands."""
    del match
    begin, end, line = line_at(slip, finding)
    yield put(slip, begin, end, line.replace(";", ","))


def undash(slip: Slip, finding: Diagnostic, match: re.Match[str]) -> Iterator[str]:
    """Take the dash of the line, or of all lines like it, away."""
    del match
    begin, end, line = line_at(slip, finding)
    one = re.sub(r"^( *)- ", r"\1", line)
    for bare in (one, re.sub(r"^( *)- ", r"\1  ", line), re.sub(r"- - ", "- ", line)):
        yield put(slip, begin, end, bare)
