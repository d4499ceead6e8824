"""The page of the `data` section: examples, then its keys, formats, kinds, splits and windows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose
from nnspec.reference.entries import describe_class, describe_fields, links
from nnspec.reference.markdown import escape, fence, page
from nnspec.spec.data import DataSection, GivenSplits, SplitSection
from nnspec.spec.window import WindowSection

FOLDER = Path(__file__).parent / "data_examples"
"""Whole specs and their tables; a spec begins with its title and what it shows, as comments."""
SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("source", GivenSplits),
    ("split", SplitSection),
    ("window", WindowSection),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A spec whose data section is shown.

    Attributes:
        spec: the file.
        title: what it is about.
        prose: what is to be seen in it; may be empty.
        data: the text of its data section.
    """

    spec: Path
    title: str
    prose: str
    data: str


def data_examples() -> list[Example]:
    """Return the examples, in the order of their files."""
    return [read_example(spec) for spec in sorted(FOLDER.glob("*.yaml"))]


def read_example(spec: Path) -> Example:
    """Return the example that a file holds."""
    lines = spec.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
    begin = lines.index("data:")
    ends = (at for at, line in enumerate(lines) if at > begin and line[:1].strip())
    data = "\n".join(lines[begin : next(ends, len(lines))])
    return Example(spec, comments[0], " ".join(comments[1:]).strip(), data)


def data_page(sources: list[type[CatalogObject]], kinds: list[type[CatalogObject]]) -> str:
    """Return the page.

    Args:
        sources: the formats of files.
        kinds: the kinds of columns.
    """
    first, _, rest = class_prose(DataSection).partition("\n\n")
    opening = (
        f"{escape(first)} What is seen below are parts of whole specs, each of which `nnspec "
        "validate --data` calls fine and `nnspec train` trains."
    )
    parts = [
        opening,
        "## Examples",
        *(part for one in data_examples() for part in show(one)),
        "## The keys of data",
        escape(rest),
        describe_fields(DataSection),
    ]
    for name, section in SECTIONS:
        parts += [f"### data.{name}", escape(class_prose(section)), describe_fields(section)]
    return page("Data", [*parts, *group("Formats", sources), *group("Kinds of columns", kinds)])


def show(example: Example) -> Iterable[str]:
    """Return the parts of the page that show an example."""
    return f"### {example.title}", escape(example.prose), fence(example.data, "yaml")


def group(title: str, kinds: list[type[CatalogObject]]) -> list[str]:
    """Return the entries of some objects below a title."""
    return [f"## {title}", links("", kinds), *(describe_class(kind, 3) for kind in kinds)]
