"""The page docs/exports.md, written from what `bench/exports.py` measured."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Figures = Sequence[dict[str, Any]]
ABOUT = Path(__file__).with_name("exports_about.md")
PYTHON = "python"


def page(figures: Figures, shipped: Sequence[str]) -> str:
    """Return the page: what each form is, the table of differences, reasons, and programs.

    Args:
        figures: what was measured.
        shipped: the specs that there are.
    """
    about = ABOUT.read_text(encoding="utf-8").rstrip()
    left = [f"`{one}`" for one in shipped if one not in {figure["spec"] for figure in figures}]
    missing = ["", f"Not measured: {', '.join(left)}."] if left else []
    parts = [table(figures), missing, [""], reasons(figures), [""], programs(figures)]
    return "\n".join([about, "", *(line for part in parts for line in part), ""])


def table(figures: Figures) -> Iterator[str]:
    """Give the table of the largest differences, a spec a row, a form a column."""
    forms = list(dict.fromkeys(one["form"] for one in figures if one["form"] != PYTHON))
    specs = list(dict.fromkeys(one["spec"] for one in figures))
    found = {(one["spec"], one["form"]): one for one in figures}
    yield f"| spec | {' | '.join(forms)} |"
    yield "|---" * (len(forms) + 1) + "|"
    for spec in specs:
        cells = [cell(found.get((spec, form), {})) for form in forms]
        yield f"| `{spec}` | {' | '.join(cells)} |"


def cell(one: dict[str, Any]) -> str:
    """Return one cell: a difference, or that there is none."""
    if "largest" not in one:
        return "refused" if one.get("reason") else ""
    return "0" if one["largest"] == 0 else f"{one['largest']:.1e}"


def reasons(figures: Figures) -> Iterator[str]:
    """Give the reasons of what was refused, each with its specs."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for one in figures:
        if one.get("reason"):
            reason = " ".join(one["reason"].split())
            by_reason.setdefault((one["form"], reason), []).append(f"`{one['spec']}`")
    yield "| refused | specs | reason |"
    yield "|---|---|---|"
    for (form, reason), specs in by_reason.items():
        told = reason.replace("|", "\\|").replace("<", "&lt;")
        yield f"| {form} | {', '.join(specs)} | {told} |"


def programs(figures: Figures) -> Iterator[str]:
    """Give what the programs in Keras' own names reached."""
    rows = [one for one in figures if one["form"] == PYTHON and not one.get("reason")]
    if not rows:
        return
    yield "## Programs"
    yield ""
    yield "Run where nnspec cannot be imported: parameters, first weights, and the test figure"
    yield "beside the run's; both trained for two epochs, in another order of rows."
    yield ""
    yield "| spec | parameters | first weights | figure | program | run |"
    yield "|---|---|---|---|---|---|"
    for one in rows:
        if "failed" in one:
            yield f"| `{one['spec']}` | | failed: {one['failed']} | | | |"
            continue
        same = "equal" if one["first_weights_equal"] else "other"
        own = "" if one["run"] is None else f"{one['run']:.5g}"
        count = f"{one['parameters']:,}"
        if one["parameters"] != one["parameters_of_run"]:
            count += f" (run: {one['parameters_of_run']:,})"
        reached = f"{one['metric']} | {one['file']:.5g} | {own}"
        yield f"| `{one['spec']}` | {count} | {same} | {reached} |"
