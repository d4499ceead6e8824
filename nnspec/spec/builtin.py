"""What scikit-learn's bundled sets hold, and the inputs and classes that follow from it.

A static table, so that a spec over a bundled set is checked to the last shape without scikit-learn.
Source: scikit-learn 1.9, sklearn/datasets/_base.py; a test compares it with the sets themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.shapes import Shape, Tensor
from nnspec.spec.data import DataSection, input_columns, target_columns
from nnspec.spec.patterns import settle
from nnspec.spec.pictures import picture_inputs
from nnspec.spec.source import BUNDLED
from nnspec.spec.widths import whole_of, width_of
from nnspec.spec.window import as_columns


@dataclass(frozen=True, slots=True)
class BundledSet:
    """The columns of a bundled set.

    Attributes:
        features: columns that are features by default.
        targets: columns of its target.
        rows: number of rows.
        classes: number of classes of `target`; None for a regression target.
        shapes: shape of each row's cell, for columns that are arrays.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    rows: int
    classes: int | None = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return all columns."""
        return self.features + self.targets


_MEASURED = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)

BUNDLED_SETS: dict[str, BundledSet] = {
    "diabetes": BundledSet(
        ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"), ("target",), 442
    ),
    "iris": BundledSet(
        ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        ("target",),
        150,
        classes=3,
    ),
    "digits": BundledSet(("images",), ("target",), 1797, classes=10, shapes={"images": (8, 8)}),
    "wine": BundledSet(
        (
            "alcohol",
            "malic_acid",
            "ash",
            "alcalinity_of_ash",
            "magnesium",
            "total_phenols",
            "flavanoids",
            "nonflavanoid_phenols",
            "proanthocyanins",
            "color_intensity",
            "hue",
            "od280/od315_of_diluted_wines",
            "proline",
        ),
        ("target",),
        178,
        classes=3,
    ),
    "breast_cancer": BundledSet(
        (
            *(f"mean {one}" for one in _MEASURED),
            *(f"{one} error" for one in _MEASURED),
            *(f"worst {one}" for one in _MEASURED),
        ),
        ("target",),
        569,
        classes=2,
    ),
    "linnerud": BundledSet(("Chins", "Situps", "Jumps"), ("Weight", "Waist", "Pulse"), 20),
}


def bundled_set(section: DataSection) -> BundledSet | None:
    """Return the bundled set that the section names, None for a file or an unknown name."""
    name = section.source
    if not isinstance(name, str) or not name.startswith(BUNDLED):
        return None
    return BUNDLED_SETS.get(name[len(BUNDLED) :])


def known_inputs(section: DataSection) -> Mapping[str, Tensor | None] | None:
    """Return the network's inputs by name, as far as they are known without opening the data.

    Returns:
        Shapes (batch, features), (batch, length, features) with a window, (batch, *shape) for an
        array column; an axis is None where only the data tells (one-hot categories). None for a
        file, an unknown set or an unknown column; of files the pictures alone are known.
    """
    known = bundled_set(section)
    if known is None:
        return picture_inputs(section)
    section = settle(section, known.columns)
    inputs = input_columns(section, known.features + (known.targets if section.window else ()))
    window = section.window
    ahead = window.known_inputs if window else {}
    wanted = {one for columns in (*inputs.values(), *ahead.values()) for one in columns}
    if not wanted or not wanted <= set(known.columns):
        return None
    steps: Shape = (window.length,) if window else ()
    found = {name: _tensor(section, known, columns, steps) for name, columns in inputs.items()}
    for name, columns in ahead.items():
        horizons = (len(window.horizons),) if window else ()
        found[name] = _tensor(section, known, columns, horizons)
    return found


def known_classes(section: DataSection, output: str | None = None) -> int | None:
    """Return the number of classes of an output's target, as far as it is known.

    Args:
        section: the data section.
        output: name of the output; needed only where `target` is a mapping.
    """
    known = bundled_set(section)
    columns = columns_of_output(section, output)
    if known is None or columns != known.targets:
        return None
    joined = section.negative is not None and known.classes is not None
    return 2 if joined else known.classes


def columns_of_output(section: DataSection, output: str | None = None) -> tuple[str, ...]:
    """Return the target columns of one output, none where it has no target."""
    if isinstance(section.target, dict):
        return as_columns(section.target.get(output or "", ()))
    return target_columns(section)


def _tensor(
    section: DataSection, known: BundledSet, columns: tuple[str, ...], steps: Shape
) -> Tensor:
    """Return the tensor that a network input is made of."""
    kinds = {name: section.kinds.get(name, "numeric") for name in columns}
    widths = [width_of(section, name, kind) for name, kind in kinds.items()]
    known_widths = [one for one in widths if one is not None]
    width = sum(known_widths) if len(known_widths) == len(widths) else None
    whole = all(whole_of(section, name, kind) for name, kind in kinds.items())
    shape = known.shapes.get(columns[0], ())
    cell = shape if shape and width == 1 else (*shape, width)
    return Tensor((None, *steps, *cell), "integer" if whole else "float")
