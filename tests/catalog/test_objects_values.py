"""What the small objects of the catalogue refuse, and what their functions do to shapes."""

import pytest
from pydantic import ValidationError

from nnspec.catalog.activations import Glu, Softmax
from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import find
from nnspec.shapes import ShapeError

REFUSED = [
    ("regularizers", "L2", {"l2": -0.1}, "l2"),
    ("regularizers", "L2", {"l2": float("nan")}, "l2"),
    ("regularizers", "L1", {"l1": True}, "l1"),
    ("regularizers", "OrthogonalRegularizer", {"mode": "diagonals"}, "mode"),
    ("initializers", "RandomNormal", {"stddev": -1.0}, "stddev"),
    ("initializers", "RandomNormal", {"seed": 1.5}, "seed"),
    ("initializers", "RandomNormal", {"seed": True}, "seed"),
    ("initializers", "VarianceScaling", {"scale": 0}, "scale"),
    ("initializers", "STFT", {"window": "square"}, "window"),
    ("initializers", "Zeros", {"seed": 1}, "seed"),
    ("constraints", "MaxNorm", {"axis": []}, "axis"),
    ("constraints", "MinMaxNorm", {"rate": 1.1}, "rate"),
    ("activations", "leaky_relu", {"negative_slope": "steep"}, "negative_slope"),
    ("activations", "threshold", {"threshold": 1.0}, "default_value"),
    ("losses", "BinaryCrossentropy", {"label_smoothing": 1.5}, "label_smoothing"),
    ("losses", "Huber", {"delta": 0}, "delta"),
    ("losses", "CategoricalGeneralizedCrossEntropy", {"q": 1.0}, "q"),
    ("losses", "MeanSquaredError", {"reduction": "median"}, "reduction"),
    ("metrics", "AUC", {"num_thresholds": 1}, "num_thresholds"),
    ("metrics", "AUC", {"curve": "roc"}, "curve"),
    ("metrics", "Precision", {"thresholds": [0.5, 1.5]}, "thresholds"),
    ("metrics", "F1Score", {"threshold": 0.0}, "threshold"),
    ("metrics", "IoU", {"num_classes": 3}, "target_class_ids"),
    ("callbacks", "EarlyStopping", {"patience": -1}, "patience"),
    ("callbacks", "EarlyStopping", {"verbose": True}, "verbose"),
    ("callbacks", "ReduceLROnPlateau", {"factor": 1.0}, "factor"),
]


def known(family: str, name: str) -> type[CatalogObject]:
    """Return a class that the catalogue has."""
    kind = find(family, name)
    assert kind is not None
    return kind


@pytest.mark.parametrize(("family", "name", "arguments", "field"), REFUSED)
def test_a_value_out_of_range_is_refused_at_its_field(
    family: str, name: str, arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        known(family, name).model_validate(arguments)
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize(
    ("family", "name", "arguments", "field"),
    [
        ("initializers", "RandomUniform", {"minval": 1.0}, "maxval"),
        ("constraints", "MinMaxNorm", {"min_value": 2.0}, "max_value"),
        ("metrics", "AUC", {"num_labels": 3}, "num_labels"),
        ("metrics", "IoU", {"num_classes": 2, "target_class_ids": [2]}, "target_class_ids"),
        ("metrics", "BinaryIoU", {"target_class_ids": [0, 2]}, "target_class_ids"),
    ],
)
def test_values_that_contradict_each_other_are_refused_at_one_of_them(
    family: str, name: str, arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        known(family, name).model_validate(arguments)
    assert refused.value.errors()[0]["ctx"]["field"] == field


def test_glu_halves_an_even_axis_and_refuses_an_odd_one() -> None:
    glu = Glu(axis=1)
    assert glu.infer_shape((None, 4, 3)) == (None, 2, 3)
    for extent, said in ((3, "it is 3"), (None, "it is unknown")):
        with pytest.raises(ShapeError, match=said):
            glu.infer_shape((None, extent, 3))


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ShapeError, match="works along axis 2"):
        Softmax(axis=2).infer_shape((None, 3))
