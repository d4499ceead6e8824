"""The inputs that pictures make, known without opening one where their size is written."""

from nnspec.catalog.pictured import ImageColumn
from nnspec.catalog.sources import Folder, Images, Texts
from nnspec.shapes import Shape, Tensor
from nnspec.spec.data import DEFAULT_INPUT, DataSection, target_columns
from nnspec.spec.pieces import pieces_of


def picture_inputs(section: DataSection) -> dict[str, Tensor | None] | None:
    """Return the network's inputs by name, None for those that only the data tells.

    Returns:
        (batch, rows, columns, channels) for an input that is a column of pictures of a written
        size, with (batch, length, ...) for windows. None where there are no pictures.
    """
    inputs = section.inputs
    if inputs is None:
        columns = section.features or folder_features(section)
        inputs = None if columns is None else {DEFAULT_INPUT: columns}
    if inputs is None:
        return None
    found = {name: _tensor(section, columns) for name, columns in inputs.items()}
    return found if any(found.values()) else None


def folder_features(section: DataSection) -> tuple[str, ...] | None:
    """Return the feature of a folder of files, by default; None for other sources."""
    formats = [piece.format for piece in pieces_of(section.source)]
    if section.exclude is not None or not all(isinstance(one, Folder) for one in formats):
        return None
    if "label" not in target_columns(section) and section.target is not None:
        return None
    kinds = {type(one) for one in formats}
    names = {Images: ("image",), Texts: ("text",)}
    return names.get(kinds.pop()) if len(kinds) == 1 else None  # type: ignore[arg-type]  # a class of these


def described_pictures(section: DataSection, column: str) -> ImageColumn | None:
    """Return how the pictures of a column are read, None for a column that may hold none."""
    said = section.columns.get(column)
    if isinstance(said, ImageColumn):
        return said
    folder = column == "image" and folder_features(section) == ("image",)
    return ImageColumn() if folder and said is None else None


def _tensor(section: DataSection, columns: tuple[str, ...]) -> Tensor | None:
    """Return what one input takes, None where it is no picture of a written size."""
    said = described_pictures(section, columns[0]) if len(columns) == 1 else None
    if said is None or said.size is None:
        return None
    steps: Shape = (section.window.length,) if section.window else ()
    return Tensor((None, *steps, *said.size, said.channels))
