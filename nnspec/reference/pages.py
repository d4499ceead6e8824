"""The reference pages: every object of the catalogue and every section of a spec."""

from collections.abc import Iterable, Mapping
from inspect import getdoc
from sys import modules

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import load_all
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.reference.data_page import data_page
from nnspec.reference.entries import Kinds, describe_class, describe_fields, links
from nnspec.reference.markdown import code, escape, page, table
from nnspec.schema.document import describe_top, inner_sections
from nnspec.schema.network import WIRING
from nnspec.spec.data import DataSection


def reference_pages() -> dict[str, str]:
    """Return the pages by file name below docs/reference, the index included."""
    families = {family: members(kinds) for family, kinds in sorted(load_all().items())}
    groups = group_layers(families.pop("layers"))
    pages = {"README.md": index_page(groups, families), "spec.md": spec_page()}
    pages["data.md"] = data_page(families.pop("sources"), families.pop("columns"))
    pages |= {
        f"layers/{name}.md": catalogue_page(headline(kinds), kinds)
        for name, kinds in groups.items()
    }
    return pages | {
        f"{family}.md": catalogue_page(family.capitalize(), kinds)
        for family, kinds in families.items()
    }


def members(kinds: Mapping[str, type[CatalogObject]]) -> Kinds:
    """Return the classes of a family, each once, by name."""
    shipped = {kind for kind in kinds.values() if kind.__module__.startswith("nnspec.")}
    return sorted(shipped, key=lambda kind: kind.keras_name)


def group_layers(kinds: Kinds) -> dict[str, Kinds]:
    """Return the layers by the module they are defined in."""
    groups: dict[str, Kinds] = {}
    for kind in sorted(kinds, key=lambda kind: (kind.__module__, kind.keras_name)):
        groups.setdefault(kind.__module__.rpartition(".")[2], []).append(kind)
    return groups


def headline(kinds: Kinds) -> str:
    """Return the title of a page of layers: what their module says of itself."""
    prose = getdoc(modules[kinds[0].__module__]) or ""
    first = " ".join(prose.split("\n\n", maxsplit=1)[0].split())
    return first.partition("; floor")[0].rstrip(".")


def index_page(groups: Mapping[str, Kinds], families: Mapping[str, Kinds]) -> str:
    """Return the list of everything that has an entry, with links."""
    parts = [
        (
            "Names, arguments and defaults are those of Keras. `nnspec explain NAME` prints an "
            "entry in the terminal; the keys of a spec stand in [spec.md](spec.md), the findings "
            "of the checker in [the rules](../rules/README.md)."
        ),
        "## Layers",
        table(
            ("page", "layers"),
            (
                (f"[{name}](layers/{name}.md)", links(f"layers/{name}.md", kinds))
                for name, kinds in groups.items()
            ),
        ),
        "### Short names",
        "A short name becomes the layer that fits its input:",
        table(("short name", "becomes"), short_names()),
    ]
    for family, kinds in families.items():
        target = "data.md" if family in {"sources", "columns"} else f"{family}.md"
        parts += [f"## {family.capitalize()}", links(target, kinds)]
    return page("Reference", parts)


def short_names() -> list[tuple[str, str]]:
    """Return each short name with what it stands for."""
    ranked = [
        (code(short), ", ".join(f"{code(name)} (rank {rank})" for rank, name in kinds.items()))
        for short, kinds in RANKED.items()
    ]
    return ranked + [(code(short), code(name)) for short, name in SHORT.items()]


def catalogue_page(title: str, kinds: Kinds) -> str:
    """Return the page of some classes."""
    return page(title, [links("", kinds), *(describe_class(kind) for kind in kinds)])


def spec_page() -> str:
    """Return the page of a spec's keys: the top, what stands beside a layer, the sections."""
    top = describe_top().items()
    parts = [
        (
            "A spec is one YAML 1.2 or JSON document with these keys. All but `nnspec` and `model` "
            "may be absent; `train` needs `data` and `training`."
        ),
        table(("key", "meaning"), keys_of((name, one.get("description")) for name, one in top)),
        "## Beside a layer",
        "These stand beside a layer's name in a list of layers, never among its arguments:",
        table(
            ("key", "meaning"), keys_of((name, one["description"]) for name, one in WIRING.items())
        ),
    ]
    parts += ["## data", "Where rows come from and what is done with them: [data.md](data.md)."]
    for name, section in SECTIONS.items():
        if section is DataSection:
            continue
        parts += [f"## {name}", escape(class_prose(section)), describe_fields(section)]
        for field, info in section.model_fields.items():
            for inner in inner_sections([section])[1:]:
                if inner.__name__ in str(info.annotation):
                    title = f"### {name}.{field}"
                    parts += [title, escape(class_prose(inner)), describe_fields(inner)]
    return page("The keys of a spec", parts)


def keys_of(described: Iterable[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Return rows of keys and their meaning, of a section its first paragraph."""
    meanings = {
        name: text or class_prose(SECTIONS[name]).partition("\n\n")[0] for name, text in described
    }
    return [(code(name), escape(text)) for name, text in meanings.items()]
