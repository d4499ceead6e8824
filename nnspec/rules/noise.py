"""Floor 5: the noise that is added where a network is judged, against what the network gives."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.rule import rule
from nnspec.shapes import ShapeError, Tensor

NOISE = ("evaluation", "noise")


@rule("S115", "G304", "G301")
def check_noise(case: Case) -> Iterator[Diagnostic]:
    """Find noise where no output gives back its input, or that the input cannot take."""
    noise, place = case.spec.evaluation.noise, case.place(*NOISE)
    if noise is None or not case.trained:
        return
    tasks = [case.task(head) for head in case.trained]
    if "reconstruction" not in tasks and None not in tasks:
        message = "`noise` judges an output that gives back its input without it; there is none"
        hint = "write data.task: reconstruction, or remove noise"
        yield Diagnostic("S115", message, place, hint)
        return
    given = [one.outputs[0] for one in case.network.inputs if one.outputs]
    if any(one.element != "float" for one in given):
        message = "`noise` is added to numbers; the network is given whole numbers or texts"
        yield Diagnostic("S115", message, place, "remove noise")
        return
    if len(given) == 1:
        yield from misfit(case, given[0])


def misfit(case: Case, tensor: Tensor) -> Iterator[Diagnostic]:
    """Give the finding about noise of another rank or pattern than the network's input."""
    noise = case.spec.evaluation.noise
    assert noise is not None, "it is asked for"
    try:
        noise.infer_tensors((tensor,))
    except ShapeError as error:
        message = f"{noise.keras_name} as noise: {error.message}"
        yield Diagnostic(error.code, message, case.place(*NOISE), error.hint)
