"""Floor 5: the loss against the last function of the output it is for.

Source: Keras 3.15, keras/src/backend/tensorflow/nn.py, categorical_crossentropy and its kin: what
they do with predictions when `from_logits` is off and on.
"""

from collections.abc import Iterator

from nnspec.catalog.losses import Loss
from nnspec.diagnostics import Diagnostic, Related
from nnspec.rules.case import Case, at
from nnspec.rules.figures import log_name
from nnspec.rules.head import Head
from nnspec.rules.kinds import DIPPING, SATURATING, SHARING, Range
from nnspec.rules.rule import rule
from nnspec.spec.builtin import known_classes

TAKES = {
    "distribution": "probabilities that sum to 1 over the classes (softmax)",
    "probability": "a probability from each unit (sigmoid)",
    "scores": "scores on both sides of 0",
    "positive": "numbers above 0",
}
"""What losses take, in words."""


LOGARITHMIC = ("Crossentropy", "KLDivergence")
"""How the names of metrics end that take logarithms of probabilities."""
REFUSED: dict[str, frozenset[Range]] = {
    "classes": frozenset({"probability", "limited"}),
    "shares": frozenset({"linear", "limited", "logarithm"}),
    "labels": frozenset({"distribution", "limited", "positive"}),
    "one label": frozenset({"limited", "positive"}),
    "overlap": frozenset({"linear", "limited", "logarithm"}),
    "sides": frozenset({"probability", "distribution", "limited"}),
}
"""What a loss compares -> functions that do not give it.

Linear heads before a cross-entropy are left to the rule on logits. Keras divides predictions by
their sum before a categorical cross-entropy, so positive numbers are as good as probabilities.
"""

WANTED = {"classes": "softmax", "shares": "softmax", "sides": "linear"}
"""What a loss compares -> the activation that gives it; sigmoid for the rest."""


def compared(head: Head, loss: Loss) -> str | None:
    """Return what a loss compares with the target, None where any number will do."""
    among = loss.keras_name == "crossentropy" and (head.units or 0) > 1
    match loss.predictions:
        case "distribution":
            return "shares" if loss.keras_name == "KLDivergence" else "classes"
        case "probability" if among:
            return "classes"
        case "probability" if loss.takes_logits or loss.keras_name == "crossentropy":
            return "one label" if head.units == 1 else "labels"
        case "probability":
            return "overlap"
        case "scores" if loss.targets == "signed" and head.function not in SATURATING:
            return "sides"
    return None


def misfit(head: Head) -> str | None:
    """Return the activation that belongs before a loss, None where the present one does."""
    if head.loss is None or head.from_logits or head.gives is None:
        return None
    what = compared(head, head.loss)
    alone = what == "shares" and head.units == 1 and head.gives != "distribution"
    if what is None or (head.gives not in REFUSED[what] and not alone):
        return None
    return WANTED.get(what, "sigmoid")


@rule("M101")
def check_function(case: Case) -> Iterator[Diagnostic]:
    """Find heads whose function belongs to another task than their loss."""
    for head in case.trained:
        wanted = misfit(head)
        loss = head.loss
        if wanted is None or loss is None or head.node is None:
            continue
        if (head.gives == "distribution" and head.units == 1) or case.misses_target(head):
            continue
        takes = TAKES[loss.predictions if wanted != "softmax" else "distribution"]
        units = f" over {head.units} unit{'s' * (head.units != 1)}" if head.units else ""
        message = (
            f"the loss {loss.keras_name} takes {takes}; the last layer gives {head.function}{units}"
        )
        also = case.also(f"the loss {loss.keras_name} is here", *head.loss_path)
        hint = repair(case, head, wanted)
        yield Diagnostic("M101", message, head.place, hint, also)


def repair(case: Case, head: Head, wanted: str) -> str:
    """Return what to write for a head and loss of different tasks."""
    hint = f"write activation: {wanted}"
    classes = known_classes(case.spec.data, head.name) if case.spec.data else None
    if wanted == "softmax" and head.gives == "probability":
        if head.units == 1 and (classes or 2) <= 2:  # noqa: PLR2004 - two classes fit one unit
            return "write loss: binary_crossentropy, which goes with one sigmoid unit"
        if head.units == 1:
            return f"write units: {classes} and activation: softmax, one unit per class"
        return f"{hint}, or loss: binary_crossentropy where several labels hold at once"
    if wanted == "sigmoid" and head.gives == "distribution":
        return f"{hint}, or loss: sparse_categorical_crossentropy where one class holds"
    if wanted == "linear":
        return f"{hint} (or tanh), or loss: binary_crossentropy for a sigmoid"
    return hint


@rule("M102")
def check_logits(case: Case) -> Iterator[Diagnostic]:
    """Find losses that are told the opposite of what the head gives."""
    for head in case.trained:
        loss, node = head.loss, head.node
        if loss is None or node is None or not takes_scores(head) or case.misses_target(head):
            continue
        path = (*head.loss_path, "from_logits")
        place = case.place(*path)
        wanted = "sigmoid" if loss.predictions == "probability" and head.units == 1 else None
        wanted = wanted or ("softmax" if loss.predictions == "distribution" else "sigmoid")
        also = (Related(f"{head.function} is applied here", head.place),)
        if head.from_logits and head.gives in {"probability", "distribution"}:
            message = (
                f"{loss.keras_name} with from_logits: true takes scores (logits); the last layer "
                f"has already applied {head.function}, so it would be applied twice"
            )
            hint = "remove from_logits, or the activation of the last layer"
            yield Diagnostic("M102", message, place, hint, also)
        elif not head.from_logits and head.gives in {"linear", "logarithm"}:
            message = (
                f"{loss.keras_name} without from_logits takes probabilities; "
                f"the last layer gives scores (logits): its activation is {head.function}"
            )
            hint = f"write activation: {wanted}, or {loss.keras_name}: {{from_logits: true}}"
            also = (Related("the last layer is here", head.place),)
            yield Diagnostic("M102", message, place, hint, also)


def takes_scores(head: Head) -> bool:
    """Return whether the loss can be told that it gets scores.

    A lone `crossentropy` has no such setting, and takes probabilities.
    """
    return head.loss is not None and (
        head.loss.takes_logits
        or head.loss.keras_name in {"crossentropy", "CategoricalGeneralizedCrossEntropy"}
    )


@rule("M103")
def check_single_softmax(case: Case) -> Iterator[Diagnostic]:
    """Find a softmax over a single unit."""
    for head in case.heads:
        if head.node is None or head.function is None or not head.shares_alone:
            continue
        message = (
            f"{head.function} over one unit is always {SHARING[head.function]}, so nothing is "
            "learned; found 1 unit"
        )
        hint = "write activation: sigmoid for two classes, linear for numbers, or a unit per class"
        also = case.also("the loss is here", *head.loss_path) if head.loss else ()
        finding = at(head.node, "M103", message, "activation", hint=hint)
        yield Diagnostic("M103", message, finding.span, hint, (*finding.related, *also))


@rule("M119")
def check_cut_scores(case: Case) -> Iterator[Diagnostic]:
    """Find scores that an activation has cut off before the loss turns them into probabilities."""
    for head in case.trained:
        cut = head.gives in {"limited", "positive"}
        if head.node is not None and head.loss and head.from_logits and cut:
            message = (
                f"{head.loss.keras_name} with from_logits: true takes any score; "
                f"{head.function} cuts them off"
            )
            also = case.also("the loss is here", *head.loss_path)
            yield Diagnostic("M119", message, head.place, "remove the activation", also)


@rule("M137")
def check_zeros(case: Case) -> Iterator[Diagnostic]:
    """Find losses that take the logarithm of what a head makes exactly 0."""
    for head in case.trained:
        zeros = head.node is not None and head.function == "sparsemax" and not head.from_logits
        if zeros and head.loss and compared(head, head.loss) in {"classes", "shares"}:
            message = (
                f"sparsemax gives classes exactly 0, and {head.loss.keras_name} takes logarithms: "
                "where the right class is 0 nothing is learned, or no number is left"
            )
            also = case.also("the loss is here", *head.loss_path)
            yield Diagnostic("M137", message, head.place, "write activation: softmax", also)
            continue
        for metric, path in head.metrics if zeros else ():
            if metric.predictions == "distribution" and metric.keras_name.endswith(LOGARITHMIC):
                message = (
                    f"sparsemax gives classes exactly 0, and {log_name(metric)} takes logarithms"
                )
                yield Diagnostic("M137", message, case.place(*path), "write accuracy")


@rule("M112")
def check_positive(case: Case) -> Iterator[Diagnostic]:
    """Find a loss, or a metric, of positive predictions behind a head that gives negative ones."""
    for head in case.trained:
        loss, below = head.loss, head.gives == "linear" or head.function in SATURATING | DIPPING
        if head.node is None or loss is None:
            continue
        for metric, path in head.metrics if below and loss.predictions != "positive" else ():
            if metric.predictions == "positive":
                message = (
                    f"the metric {log_name(metric)} takes the logarithm of predictions above 0; "
                    f"the last layer gives {head.function}, which may be negative"
                )
                yield Diagnostic("M112", message, case.place(*path), "write mae")
        if loss.predictions == "positive" and below:
            message = (
                f"{loss.keras_name} takes the logarithm of predictions above 0; "
                f"the last layer gives {head.function}, which may be negative"
            )
            also = case.also("the loss is here", *head.loss_path)
            yield Diagnostic("M112", message, head.place, "write activation: exponential", also)
