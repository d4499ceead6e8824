"""Floor 5: the class that is looked for, and the threshold from which on it is answered."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic, Path
from nnspec.language.near_names import nearest
from nnspec.rules.case import Case
from nnspec.rules.head import Head
from nnspec.rules.rule import rule
from nnspec.spec.data import DataSection, GivenSplits
from nnspec.spec.training import HALF, Reached

POSITIVE: Path = ("data", "positive")
THRESHOLD: Path = ("evaluation", "threshold")
BINARY = "write a loss such as binary_crossentropy behind one unit with a sigmoid, or remove this"


def others(case: Case) -> tuple[Head, ...] | None:
    """Return the trained outputs if none of them is binary; None where one is, or may be."""
    tasks = {case.task(head) for head in case.trained}
    return None if not case.trained or tasks & {"binary", None} else case.trained


def of_classes(head: Head) -> str:
    """Return what an output is instead of binary, in words."""
    assert head.loss is not None, "it is trained"
    return f'the output "{head.name}" is trained by {head.loss.keras_name}'


@rule("S115", "S106")
def check_positive(case: Case) -> Iterator[Diagnostic]:
    """Find a positive class where no head has one, or where it is not said whose it is."""
    positive = case.spec.data.positive if case.spec.data else None
    if positive is None:
        return
    if isinstance(positive, dict):
        known = {head.name: head for head in case.trained}
        for name in positive if known else ():
            place = case.place(*POSITIVE, name)
            if name not in known:
                message = f'`positive` names the output "{name}"; trained are {", ".join(known)}'
                hint = nearest(name, tuple(known))
                told = f"did you mean {hint}?" if hint else None
                yield Diagnostic("S106", message, place, told)
            elif case.task(known[name]) not in {"binary", None}:
                message = f"a positive class is that of a binary head; {of_classes(known[name])}"
                yield Diagnostic("S115", message, place, BINARY)
        return
    found = others(case)
    if found:
        message = f"`positive` is the second class of a binary head; {of_classes(found[0])}"
        yield Diagnostic("S115", message, case.place(*POSITIVE), BINARY)
    binary = [head.name for head in case.trained if case.task(head) == "binary"]
    if len(binary) > 1:
        message = f"`positive` is one class, and {len(binary)} outputs are binary"
        hint = f"write positive: {{{', '.join(f'{name}: CLASS' for name in binary)}}}"
        yield Diagnostic("S115", message, case.place(*POSITIVE), hint)


@rule("S115")
def check_rest(case: Case) -> Iterator[Diagnostic]:
    """Find classes that are joined to the rest where no one class is named beside it."""
    data = case.spec.data
    if data is None or data.negative is None:
        return
    place = case.place("data", "negative")
    if data.positive is None or isinstance(data.positive, dict):
        message = "`negative: rest` joins all classes but one, and `positive` does not name the one"
        yield Diagnostic("S115", message, place, "write positive: CLASS")
    elif str(data.positive) == data.negative:
        message = "`positive` and `negative` are both rest"
        yield Diagnostic("S115", message, place, "write positive: CLASS")


@rule("S115")
def check_threshold(case: Case) -> Iterator[Diagnostic]:
    """Find a threshold where no head has one, or no rows to choose it on."""
    threshold, place = case.spec.evaluation.threshold, case.place(*THRESHOLD)
    if threshold == HALF:
        return
    found = others(case)
    if isinstance(threshold, Reached) and (threshold.recall is None) == (
        threshold.precision is None
    ):
        message = "`threshold` reaches a recall or a precision; expected one of both"
        yield Diagnostic("S115", message, place, "write threshold: {recall: 0.9}")
    elif found:
        message = f"`threshold` is that of a binary head; {of_classes(found[0])}"
        yield Diagnostic("S115", message, place, BINARY)
    elif case.spec.data and not isinstance(threshold, float) and not has_validation(case.spec.data):
        message = "`threshold` is chosen on the validation rows, and there are none"
        also = case.also("the split is here", "data", "split", "validation")
        yield Diagnostic("S115", message, place, "give split.validation a share", also)


def has_validation(data: DataSection) -> bool:
    """Return whether rows are kept for validation, by a share, a file or a column."""
    given = isinstance(data.source, GivenSplits) and data.source.validation is not None
    return data.split.validation > 0 or given or data.split.column is not None
