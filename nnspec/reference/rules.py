"""The pages of the codes: what each finding means, an example, its real output, its repair."""

from collections.abc import Mapping

from nnspec.diagnostics import Code
from nnspec.diagnostics.codes import FAMILIES
from nnspec.diagnostics.codes.verdict import VERDICT
from nnspec.reference.markdown import code, escape, fence, page, table
from nnspec.reference.triggers import Trigger, find_trigger, why_unshown

TITLES: Mapping[str, tuple[str, str]] = {
    "Y": ("syntax", "The text cannot be read"),
    "L": ("limits", "The spec is too large"),
    "X": ("security", "The spec reaches for more than it may"),
    "S": ("form", "The spec says something the language has no meaning for"),
    "G": ("graph", "The layers do not fit each other"),
    "M": ("task", "The network does not fit its task"),
    "T": ("training", "The training cannot do what was meant"),
    "P": ("practice", "The network works, but hardly as meant"),
    "D": ("data", "The data does not fit the spec"),
    "A": ("artefacts", "A run or an export cannot be used"),
    "R": ("runs", "The run failed"),
    "C": ("checking", "The check itself was given something wrong"),
    VERDICT[0].code: ("checks", "What a trained run is looked over for"),
}
"""First letter of a family's codes, or its first code where several share the letter -> name and
title of its page."""

AFTERWARDS = """`nnspec train` looks its run over once the figures are known. What is found is
printed below them and stands in `report.md`; `report.json` has every check under `checks`: its
`code` and `title`, a `status` (`found`, `passed` or `not applicable`), what it `says`, its `reason`
and `remedy`, and the `figures` behind it. No check changes an exit code.

`evaluation: {checks: {ignore: [C108]}}` leaves checks out for a spec. Bounds lie where chance
reaches them once in twenty times or, most of them, three times in a thousand; those that compare
rows count over a series by how far rows follow one another. The classes in `nnspec/judge/checks`
say why each bound is where it is."""
"""What stands above the checks of a trained run."""


def rule_pages() -> dict[str, str]:
    """Return the pages by file name, the index included."""
    return {
        "README.md": index_page(),
        **{f"{title_of(one)[0]}.md": family_page(one) for one in FAMILIES},
    }


def letter(family: tuple[Code, ...]) -> str:
    """Return the letter that the codes of a family begin with."""
    return family[0].code[0]


def title_of(family: tuple[Code, ...]) -> tuple[str, str]:
    """Return the name and the title of a family's page."""
    return TITLES.get(family[0].code) or TITLES[letter(family)]


def index_page() -> str:
    """Return the list of all codes, each with a link to its place."""
    parts = [
        (
            "Every finding has a code. `nnspec explain CODE` prints the same text as these pages. "
            "An error refuses the spec; a warning and a note do not."
        ),
        (
            "`# nnspec: ignore[CODE]` at the end of a line silences a finding there; `--select` "
            "and `--ignore` choose codes for a whole call of `nnspec validate`."
        ),
    ]
    for family in FAMILIES:
        name, title = title_of(family)
        rows = [
            (f"[{one.code}]({name}.md#{one.code.lower()})", escape(one.title), one.severity)
            for one in family
        ]
        parts += [f"## {letter(family)}: {title}", table(("code", "finding", "severity"), rows)]
    return page("Findings", parts)


def family_page(family: tuple[Code, ...]) -> str:
    """Return the page of one family."""
    parts = [AFTERWARDS] if family is VERDICT else []
    return page(title_of(family)[1], (*parts, *(describe_code(one) for one in family)))


def describe_code(one: Code) -> str:
    """Return the section of one code."""
    parts = [
        f"## {one.code}",
        f"**{escape(one.title)}** ({one.severity})",
        escape(one.reason),
        *describe_trigger(one.code, find_trigger(one.code)),
        f"Repair: {escape(one.repair)}",
    ]
    return "\n\n".join(parts)


def describe_trigger(name: str, trigger: Trigger | None) -> list[str]:
    """Return the example of a code, or why there is none."""
    if trigger is None:
        reason = why_unshown(name)
        return [f"No example: {escape(reason)}."] if reason else []
    parts = [f"For example, {code(f'{name}.yaml')}:", fence(trigger.spec, "yaml")]
    if trigger.data is not None:
        parts += [f"with {code(f'{name}.csv')}:", fence(trigger.data, "text")]
    return [*parts, f"{code(f'nnspec {trigger.command}')} prints:", fence(trigger.output, "text")]
