"""Makes one mistake in each of many fine specs, and looks what is said about it.

    python bench/mistakes.py --count 500 --seed 0

Of each it asks: is there exactly one error, does it (or a related place) name the mistake's line,
and does what the hint says, done, give a fine spec? Whatever falls short is printed. Changes that
leave a fine spec are no mistakes: they are counted and drawn anew.
"""

import argparse
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from originals import read_originals
from slip import Slip
from slips import draw_slip
from taken import take

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document


def errors_of(text: str, folder: Path) -> list[Diagnostic]:
    """Return the errors in a text."""
    try:
        document = parse_document(text, "spec.yaml", lenient=True)
        found = check_document(document, folder=folder).diagnostics
    except Refused as refused:
        found = refused.diagnostics
    return [one for one in found if one.severity == "error"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one mistake."""

    slip: Slip
    errors: tuple[Diagnostic, ...]
    placed: bool
    helped: bool

    @property
    def good(self) -> bool:
        """Return whether there is one error, at the mistake."""
        return len(self.errors) == 1 and self.placed


def judge(slip: Slip, errors: list[Diagnostic]) -> Judged:
    """Return what the errors of a mistake are worth."""
    first = errors[0]
    spans = [first.span, *(one.span for one in first.related)]
    placed = any(span and touches(span.start.line, span.end.line, slip) for span in spans)
    folder = slip.original.file.parent
    tried = take(slip, first)
    helped = any(not errors_of(text, folder) for text in tried)
    return Judged(slip, tuple(errors), placed, helped)


def touches(first: int, last: int, slip: Slip) -> bool:
    """Return whether a stretch of lines begins at a line of a mistake."""
    del last
    return first in slip.lines


def show(judged: Judged) -> str:
    """Return a mistake as a change of lines, and what was said about it."""
    slip = judged.slip
    old, new = slip.original.text.split("\n"), slip.text.split("\n")
    gone = [f"- {line}" for line in old if line not in new]
    come = [f"+ {number}: {line}" for number, line in enumerate(new, 1) if line not in old]
    said = [
        f"  {one.span.start.line if one.span else 0}: {one.message} [{one.code}]"
        + (f"\n      = {one.hint}" if one.hint else "")
        for one in judged.errors
    ]
    head = f"{slip.original.file.name}: {slip.kind}, lines {sorted(slip.lines)}"
    return "\n".join([head, *gone[:6], *come[:6], *said, ""])


def main() -> None:
    """Draw mistakes, print the counter-examples and the shares."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("--count", type=int, default=500)
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--kind", default="")
    reader.add_argument("--unhelped", action="store_true", help="print where the hint fell short")
    asked = reader.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - a draw, no secret
    originals = read_originals()
    found: list[Judged] = []
    fine: Counter[str] = Counter()
    while len(found) < asked.count:
        slip = draw_slip(draw, originals)
        if asked.kind not in slip.kind:
            continue
        errors = errors_of(slip.text, slip.original.file.parent)
        if errors:
            found.append(judge(slip, errors))
        else:
            fine[slip.kind] += 1
    report(found, fine, unhelped=asked.unhelped)


def report(found: list[Judged], fine: Counter[str], *, unhelped: bool) -> None:
    """Print the counter-examples, and the shares by kind and in all."""
    for one in found:
        if not one.good:
            print("WRONG", show(one))
        elif unhelped and not one.helped:
            print("UNHELPED", show(one))
    kinds = sorted({one.slip.kind for one in found})
    print(f"{'kind':18}{'drawn':>6}{'one, there':>12}{'helped':>8}{'no mistake':>12}")
    for kind in [*kinds, ""]:
        these = [one for one in found if kind in ("", one.slip.kind)]
        good = sum(one.good for one in these) / len(these)
        helped = sum(one.helped for one in these) / len(these)
        left = fine[kind] if kind else sum(fine.values())
        print(f"{kind or 'all':18}{len(these):6}{good:12.1%}{helped:8.1%}{left:12}")


if __name__ == "__main__":
    main()
