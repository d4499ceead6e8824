"""Floor 5: classes of words, against steps that are only there to fill a text up."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.head import Head
from nnspec.rules.kinds import argument, inner
from nnspec.rules.rule import rule
from nnspec.rules.within import places
from nnspec.spec.builtin import columns_of_output


@rule("T163")
def check_padding(case: Case) -> Iterator[Diagnostic]:
    """Find outputs that are trained on the steps behind a text's last word."""
    data = case.spec.data
    for head in case.trained if data else ():
        columns = columns_of_output(data, head.name) if data else ()
        tags = data is not None and any(data.kinds.get(one) == "tags" for one in columns)
        ignored = getattr(head.loss, "ignore_class", None)
        if not tags or ignored is not None or is_masked(case, head):
            continue
        message = (
            f'the output "{head.name}" does not tell words from what fills a text up: nothing '
            "masks its steps"
        )
        hint = "write mask_zero: true in the Embedding, and layers behind it that keep the mask"
        also = case.also("its classes are here", "data", "columns", columns[0])
        yield Diagnostic("T163", message, head.span, hint, also)


def is_masked(case: Case, head: Head) -> bool:
    """Tell whether padding is told from words at an output, as far as it is known."""
    if head.tensor is not None:
        return head.tensor.masked
    layers = (place.node.layer for place in places(case.network))
    return any(
        one.keras_name == "Masking" or bool(argument(inner(one), "mask_zero"))
        for one in layers
        if one is not None
    )
