"""The way to what is written in Keras' own form: a whole model, or one layer; floor 4.

Few specs hold such, so the modules that read it are imported where it is met.
"""

from dataclasses import replace

from nnspec.catalog.base import CatalogObject
from nnspec.diagnostics import Findings
from nnspec.document import Mapping
from nnspec.reading.reader import Reader
from nnspec.reading.written import Written
from nnspec.spec.model import SubModel


def read_whole(node: Mapping, reader: Reader) -> SubModel | None:
    """Return the model of a Keras document; None where its layers cannot be found."""
    from nnspec.frontends.keras.document import read_keras_model  # noqa: PLC0415 - rarely met

    return read_keras_model(node, reader)


def settle(written: Written, kind: type[CatalogObject], findings: Findings) -> Written:
    """Return a layer in Keras' own form with its arguments as a spec writes them."""
    if not written.config or not isinstance(written.argument, Mapping):
        return written
    from nnspec.frontends.keras.values import Settler  # noqa: PLC0415 - rarely met

    argument = Settler(findings).settle_arguments(kind, written.argument)
    return replace(written, argument=argument)
