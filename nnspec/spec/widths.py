"""How many numbers the network reads of a column, as far as the spec alone says it."""

from typing import assert_never

from nnspec.catalog.columns import LINEAR, Category, Date, Numeric, TextColumn
from nnspec.spec.data import DataSection, Kind


def width_of(section: DataSection, name: str, kind: Kind) -> int | None:
    """Return how many numbers stand for one cell of a column; None where the rows decide."""
    said = section.columns.get(name)
    match kind:
        case "numeric":
            own = _width_of_number(said) if isinstance(said, Numeric) else 1
        case "category":
            hashed = said.num_bins if isinstance(said, Category) else None
            own = 1 if section.encoding_of(name) == "index" else hashed
        case "date":
            parts = said.parts if isinstance(said, Date) else Date().parts
            own = sum(1 if part in LINEAR else 2 for part in parts)
        case "text":
            described = said if isinstance(said, TextColumn) else TextColumn()
            own = described.output_sequence_length if described.output_mode == "int" else None
        case "boolean" | "integer" | "image" | "mask" | "tags":
            own = 1
        case "identifier":
            own = 0
        case _:
            assert_never(kind)
    return None if own is None else own + bool(getattr(said, "indicator", False))


def _width_of_number(said: Numeric) -> int | None:
    """Return how many numbers stand for one; of quantiles there may be fewer than asked for."""
    if said.waved:
        return 2 * (said.num_frequencies or 1)
    if not said.binned:
        return 1
    if said.encoding == "index":
        return 1
    if said.bin_boundaries is None:
        return None
    beside = said.scaling is not None
    return len(said.bin_boundaries) + (beside - 1 if said.encoding == "piecewise_linear" else 1)


def whole_of(section: DataSection, name: str, kind: Kind) -> bool:
    """Tell whether a column enters the network as whole numbers."""
    said = section.columns.get(name)
    match kind:
        case "numeric":
            return isinstance(said, Numeric) and said.encoding == "index"
        case "category":
            return section.encoding_of(name) == "index"
        case "text":
            return not isinstance(said, TextColumn) or said.output_mode == "int"
        case _:
            return kind == "integer"
