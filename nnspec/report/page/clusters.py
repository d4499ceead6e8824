"""Floor 8, clusters on a page: the pictures of a map, and what each unit holds."""

from collections import Counter
from html.parser import HTMLParser

from markupsafe import Markup

from nnspec.judge.heads import Clusters
from nnspec.report.page.answered import Answered
from nnspec.report.page.pieces import Figure, Table, left_out, listed
from nnspec.report.page.svg import plain, tag

MOST_UNITS = 60
ELEMENTS = {"svg", "rect", "polygon", "text", "title"}
"""What a picture of a map is made of; a page takes nothing else from a file."""
ATTRIBUTES = {
    *("width", "height", "fill", "x", "y", "points", "stroke"),
    *("text-anchor", "font-family", "font-size"),
}
TITLES = {
    "distances": "How far units lie from their neighbours",
    "hits": "How many training rows each unit holds",
    "components": "What the units stand for, column by column",
}


class MapReader(HTMLParser):
    """Reads a picture of a map, and keeps only what such a picture may hold."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        super().__init__()
        self.parts: list[Markup] = []
        self.size: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str], list[object]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element's attributes that are known."""
        kept = {key: value or "" for key, value in attrs if key in ATTRIBUTES}
        if tag == "svg":
            self.size = kept
        elif tag in ELEMENTS:
            self._open.append((tag, kept, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that holds nothing."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Take the text of an element."""
        if self._open:
            self._open[-1][2].append(plain(data))

    def handle_endtag(self, tag: str) -> None:
        """Put an element into the one around it."""
        if not self._open or self._open[-1][0] != tag:
            return
        name, attributes, inside = self._open.pop()
        made = _element(name, attributes, inside)
        if self._open:
            self._open[-1][2].append(made)
        else:
            self.parts.append(made)


def _element(name: str, attributes: dict[str, str], inside: list[object]) -> Markup:
    return tag(name, *inside, **attributes)


def draw_maps(maps: dict[str, str]) -> list[Figure]:
    """Return the pictures of a map, file -> SVG."""
    found = []
    for file, content in maps.items():
        reader = MapReader()
        reader.feed(content)
        width, height = (_extent(reader.size.get(one, "")) for one in ("width", "height"))
        name = file.rpartition("/")[2].removesuffix(".svg")
        title = TITLES.get(name, plain(name))
        drawn = tag(
            "svg",
            *reader.parts,
            viewBox=f"0 0 {width} {height}",
            role="img",
            aria_label=title,
            width=width,
            class_="picture map own",
            font_size="12",
        )
        found.append(Figure(title, drawn, "", wide=name == "components"))
    return found


def _extent(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 400


def list_clusters(head: Clusters, answers: Answered, *, several: bool) -> list[Table]:
    """Return the test rows of each cluster, with their labels where they have some."""
    suffix = f"_{head.name}" if several else ""
    groups = answers.texts(f"cluster{suffix}")
    if groups is None:
        return []
    labels = answers.texts(f"label{suffix}") or []
    held: dict[str, Counter[str]] = {}
    for place, group in enumerate(groups):
        held.setdefault(group, Counter())[labels[place] if labels else ""] += 1
    order = sorted(held.items(), key=lambda one: -one[1].total())
    lines = []
    for name, count in order[:MOST_UNITS]:
        said = [f"{label or 'no label'} ({rows:,})" for label, rows in count.most_common()]
        lines.append((plain(name), f"{count.total():,}", *([listed(said, 6)] if labels else [])))
    header = ("cluster", "rows", *(["labels"] if labels else []))
    return [
        Table(
            "Test rows by cluster",
            header,
            tuple(lines),
            texts=frozenset({0, 2}),
            note=left_out(len(held), "clusters", MOST_UNITS),
        )
    ]
