"""Floor 5: the layers whose outputs the SavedModel is to give, against those that there are."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.network.named import find_source, no_layer
from nnspec.rules.case import Case
from nnspec.rules.rule import rule


@rule("G101", "S115")
def check_codes(case: Case) -> Iterator[Diagnostic]:
    """Find codes of layers that there are not, named twice, or written nowhere."""
    export = case.spec.export
    for index, name in enumerate(export.codes):
        place = case.place("export", "codes", index)
        if name in export.codes[:index]:
            message = f'`codes` names the layer "{name}" twice'
            yield Diagnostic("S115", message, place, "remove one")
        elif find_source(case.network, name) is None and not case.spec.model.partial:
            yield no_layer(case.network, name, place)
    if export.codes and "savedmodel" not in export.formats:
        message = "`codes` are given by the SavedModel, and `formats` names none"
        also = case.also("the formats are here", "export", "formats")
        hint = "write formats: [savedmodel], or remove codes"
        yield Diagnostic("S115", message, case.place("export", "codes"), hint, also)
