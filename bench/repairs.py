"""Lets `validate --fix` at many fine specs in which one mistake was made, and looks what it did.

    python bench/repairs.py --count 2000 --seed 0

What says "repaired" and is fine must mean what the author wrote: the hash of its filled spec is
that of the spec before the mistake. A second repair changes nothing, and no line changes that
neither the mistake nor a finding was about. Whatever falls short is printed.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from originals import Original, read_originals
from slip import Slip
from slips import draw_slip

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import Document, parse_document
from nnspec.pipeline.check import check_document
from nnspec.pipeline.repair import Repair, repair
from nnspec.pipeline.styled import hash_document


def mend(text: str, original: Original) -> Repair:
    """Return what `--fix` makes of a text."""

    def check(document: Document) -> tuple[Diagnostic, ...]:
        return check_document(document, folder=original.file.parent).diagnostics

    return repair(text, "spec.yaml", check)


def hash_text(text: str, original: Original) -> str | None:
    """Return the hash of a text's filled spec, None where it is refused."""
    try:
        return hash_document(parse_document(text, original.file.name), original.file.parent)
    except Refused:
        return None


def faults(slip: Slip, mended: Repair) -> Iterator[str]:
    """Give what is wrong with a repair."""
    found = hash_text(mended.text, slip.original)
    if found is not None and found != slip.original.hash:
        yield "another spec"
    if mend(mended.text, slip.original).text != mended.text:
        yield "not done at once"
    about = {
        span.start.line for one in mended.repaired for edit in one.fix for span in (edit.span,)
    }
    if not changed(slip.text, mended.text) <= about | slip.lines:
        yield "another line changed"


def changed(before: str, after: str) -> set[int]:
    """Return the numbers of the lines of a text that are others afterwards."""
    old, new = before.split("\n"), after.split("\n")
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {
        number + 1
        for kind, begin, end, _, _ in blocks
        if kind in {"replace", "delete"}
        for number in range(begin, end)
    }


def main() -> None:
    """Draw mistakes, repair them, print the counter-examples and the counts."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("--count", type=int, default=2000)
    reader.add_argument("--seed", type=int, default=0)
    asked = reader.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - a draw, no secret
    originals = read_originals()
    counts: Counter[str] = Counter()
    for _ in range(asked.count):
        slip = draw_slip(draw, originals)
        mended = mend(slip.text, slip.original)
        counts["drawn"] += 1
        if not mended.repaired:
            counts["left as they are"] += 1
            counts["left as they are, and changed"] += mended.text != slip.text
            continue
        counts["repaired"] += 1
        counts["repaired, and fine"] += hash_text(mended.text, slip.original) is not None
        for fault in faults(slip, mended):
            counts[fault] += 1
            print(f"{fault}: {slip.original.file.name}, {slip.kind}")
            print(*(f"  {one.message} = {one.hint}" for one in mended.repaired), sep="\n")
            print(*different(slip.original.text, slip.text, mended.text), "", sep="\n")
    for name, count in counts.items():
        print(f"{name:34}{count:6}")


def different(*texts: str) -> list[str]:
    """Return the lines of several texts that not all of them have."""
    lines = [text.split("\n") for text in texts]
    return [
        f"  {mark} {line}"
        for mark, these in zip("-+=", lines, strict=True)
        for line in these
        if any(line not in others for others in lines)
    ]


if __name__ == "__main__":
    main()
