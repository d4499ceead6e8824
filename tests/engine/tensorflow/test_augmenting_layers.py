"""Every layer that augments pictures: the same steps under both executors, none in prediction."""

from typing import Any

import keras
import numpy as np
import pytest

from nnspec.build.objects import build_object
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.image import Seeded
from nnspec.catalog.registry import load_all
from nnspec.data import Arrays
from nnspec.engine import Outcome, Plan, train

pytestmark = pytest.mark.keras

KINDS = {
    kind.keras_name: kind
    for kind in load_all()["layers"].values()
    if issubclass(kind, Layer) and issubclass(kind, Seeded)
}
REQUIRED = {"factor": 0.3, "height_factor": 0.2, "width_factor": 0.2, "height": 12, "width": 12}
CHOSEN: dict[str, dict[str, object]] = {
    "RandomColorJitter": {"brightness_factor": 0.3, "saturation_factor": 0.3, "hue_factor": 0.3},
    "RandomPosterization": {"factor": 4},
    "RandomShear": {"x_factor": 0.3, "y_factor": 0.2},
    "Solarization": {"addition_factor": 0.3, "threshold_factor": 0.5},
}
PICTURES = np.random.default_rng(0).uniform(size=(16, 16, 16, 3)).astype("float32")
TARGETS = np.random.default_rng(1).normal(size=(16, 1)).astype("float32")


def described(kind: Any) -> Layer:
    """Return a layer that changes pictures of values from 0 to 1 visibly."""
    fields = kind.model_fields
    given: dict[str, object] = {
        name: REQUIRED[name] for name, one in fields.items() if one.is_required()
    }
    given |= {"value_range": (0.0, 1.0)} if "value_range" in fields else {}
    made: Layer = kind.model_validate({**given, "seed": 5, **CHOSEN.get(kind.keras_name, {})})
    return made


def learnt(kind: Any, **plan: Any) -> tuple[keras.Model, Outcome]:
    """Train two steps on whole batches."""
    keras.utils.set_random_seed(1)
    pictures = keras.Input((16, 16, 3), name="x")
    changed = build_object(described(kind))(pictures)
    if kind.keras_name == "RandomCrop":  # which prediction leaves as large as they were
        changed = keras.layers.CenterCrop(12, 12)(changed)
    model = keras.Model(pictures, keras.layers.Dense(1, name="y")(keras.layers.Flatten()(changed)))
    model.compile("sgd", "mse")
    rows = Arrays({"x": PICTURES}, {"y": TARGETS})
    return model, train(model, rows, None, Plan(batch_size=8, epochs=1, **plan))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(KINDS))
def test_both_executors_train_on_the_same_changed_pictures(name: str) -> None:
    (keras_own, _), (fused, _) = (
        learnt(KINDS[name], engine=engine, xla="off") for engine in ("keras", "fused")
    )
    for ours, theirs in zip(fused.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(KINDS))
def test_pictures_are_changed_in_training_and_in_no_prediction(name: str) -> None:
    layer = build_object(described(KINDS[name]))
    kept = np.asarray(layer(PICTURES, training=False))
    np.testing.assert_allclose(kept, PICTURES, atol=1e-6)
    changed = np.asarray(layer(PICTURES, training=True))
    assert changed.shape != kept.shape or np.abs(changed - kept).max() > 0.01


def test_a_report_names_the_layers_for_which_xla_draws_other_numbers() -> None:
    kind = KINDS["RandomBrightness"]
    _, compiled = learnt(kind, engine="fused", xla="required")
    (said,) = [one for one in compiled.execution.reasons if one.startswith("draws: ")]
    assert said.startswith('draws: XLA draws other numbers of the same distribution for "random_')
    _, plain = learnt(kind, engine="fused", xla="off")
    assert not [one for one in plain.execution.reasons if one.startswith("draws: ")]
