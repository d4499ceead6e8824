"""The pages: every object and code has an entry, every example is what it says it is."""

import re
from pathlib import Path

import pytest

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import load_all, names
from nnspec.diagnostics import CODES
from nnspec.document import parse_document, write_yaml
from nnspec.reading.reader import Reader
from nnspec.reference import explain
from nnspec.reference.pages import reference_pages
from nnspec.reference.rules import rule_pages
from nnspec.reference.samples import sample, sample_object
from nnspec.reference.triggers import find_trigger, why_unshown

ROOT = Path(__file__).parents[2]
KINDS = sorted(
    {kind for kinds in load_all().values() for kind in kinds.values()},
    key=lambda kind: (kind.family, kind.keras_name),
)
LINK = re.compile(r"\]\(([^)#]*)#?([^)]*)\)")


def named(kind: type[CatalogObject]) -> str:
    return f"{kind.family}-{kind.keras_name}"


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_the_example_of_an_object_is_read_without_a_finding(kind: type[CatalogObject]) -> None:
    reader = Reader()
    document = parse_document(write_yaml({"example": sample_object(kind)}))
    node = document.root.get("example")
    assert node is not None
    made = reader.read_object(node, kind.family)
    assert [one.message for one in reader.findings] == []
    assert isinstance(made, kind)
    assert parse_document(f"top:\n{sample(kind)}" if sample(kind)[0] == "-" else sample(kind))


def test_every_object_has_one_section_with_all_its_arguments() -> None:
    sections: dict[tuple[str, str], str] = {}
    for name, text in reference_pages().items():
        family = name.partition("/")[0].removesuffix(".md")
        parts = re.split(r"\n###? ", text)
        sections |= {(family, one.partition("\n")[0]): one for one in parts}
    for kind in KINDS:
        family = "data" if kind.family in {"columns", "sources"} else kind.family
        section = sections[family, kind.keras_name]
        assert [name for name in kind.model_fields if f"| `{name}` |" not in section] == []


def test_no_page_is_too_long_for_a_forge_to_show() -> None:
    pages = {**reference_pages(), **rule_pages()}
    assert max(len(text.encode()) for text in pages.values()) < 300_000


@pytest.mark.parametrize("folder", ["reference", "rules"])
def test_every_link_of_a_page_leads_to_a_heading_that_is_there(folder: str) -> None:
    written = reference_pages() if folder == "reference" else rule_pages()
    for name, text in written.items():
        page = ROOT / "docs" / folder / name
        for target, anchor in LINK.findall(text):
            other = (page.parent / target).resolve() if target else page
            headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert not anchor or anchor in {one.lower() for one in headings}, (name, target, anchor)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_example_or_says_why_there_is_none(code: str) -> None:
    trigger = find_trigger(code)
    assert (trigger is None) == (why_unshown(code) is not None)
    if trigger:
        assert f"[{code}]" in trigger.output


@pytest.mark.parametrize("code", CODES)
def test_explain_prints_what_the_page_of_a_code_says(code: str) -> None:
    text, page = explain(code), "\n".join(rule_pages().values())
    trigger = find_trigger(code)
    assert text
    assert CODES[code].title in text
    if trigger:
        shown = [line.strip() for line in text.splitlines()]
        assert [line for line in trigger.output.splitlines() if line.strip() not in shown] == []
        assert trigger.output.rstrip() in page


def test_a_section_of_a_spec_is_explained_by_its_name() -> None:
    text = explain("training")
    assert text
    assert "batch_size: a whole number from 1 to" in text


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("training.batch_size", "default 32\n    Rows per step."),
        ("Conv2D.filters", "required\n    Number of kernels"),
        ("data.split.validation", "default 0.15\n    Share of the rows"),
        ("evaluation.gates.min", "default null\n    Smallest value that passes."),
    ],
)
def test_a_setting_is_explained_by_its_place(name: str, entry: str) -> None:
    text = explain(name)
    assert text is not None
    assert text.startswith(f"{name}: ")
    assert entry in text


def test_what_is_done_with_columns_is_explained_kind_by_kind() -> None:
    text = explain("data.columns") or ""
    assert "columns: {COLUMN: {date: [elapsed, month, weekday]}}" in text
    assert {f"\n{kind} (columns)\n" in text for kind in names("columns")} == {True}


def test_what_must_be_given_is_explained_first() -> None:
    text = explain("LSTM") or ""
    places = [text.index(f"\n{name}: ") for name in ("units", "activation", "trainable")]
    assert places == sorted(places)
