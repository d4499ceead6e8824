"""A spec as a small table for notebooks."""

from nnspec.document.html import html_table
from nnspec.spec.data import DataSection
from nnspec.spec.model import ModelSection, RankDependent, SubModel
from nnspec.spec.pieces import source_name
from nnspec.spec.training import TrainingSection

MOST_LAYERS = 12


def html_sections(
    name: str, model: ModelSection, data: DataSection | None, training: TrainingSection | None
) -> str:
    """Return what a spec says, a line for each section.

    Args:
        name: its name.
        model: its layers.
        data: where its rows are.
        training: how it is trained.
    """
    rows = [] if data is None else [("data", source_name(data))]
    layers = [_layer(one.layer) for one in model.layers if not one.shares]
    more = f", {len(layers) - MOST_LAYERS} more" if len(layers) > MOST_LAYERS else ""
    rows.append(("model", f"{', '.join(layers[:MOST_LAYERS])}{more}"))
    if training is not None:
        how = training.rule.keras_name if training.rule else training.optimizer.keras_name
        text = f"{how}, {training.epochs:,} epochs, batches of {training.batch_size:,}"
        rows.append(("training", text))
    return html_table([], rows, name)


def _layer(layer: object) -> str:
    """Return what a layer is called in a spec."""
    match layer:
        case RankDependent(short=short):
            return short
        case SubModel():
            return "Model"
        case _:
            return str(getattr(layer, "keras_name", type(layer).__name__))
