"""Codes chosen on the command line, and comments that hide findings."""

import pytest
from checker_program import Program

from nnspec.diagnostics.codes import CODES
from nnspec.diagnostics.selection import NEVER_HIDDEN, Selection

SPEC = """\
nnspec: 1
model:
  - Input: [8]
{above}
  - Dense: 4 {first}
  - Dense: {{units: 4, {argument}}} {second}
"""


def found(program: Program, *arguments: str, **texts: str) -> tuple[int, list[str]]:
    given = {"above": "", "first": "", "argument": "use_bias: true", "second": ""} | texts
    program.write("spec.yaml", SPEC.format(**given))
    code, out, err = program("validate", "--format", "github", "spec.yaml", *arguments)
    assert err == ""
    lines = (line for line in out.splitlines() if "title=" in line)
    return code, [line.split("title=")[1].split()[0] for line in lines]


@pytest.mark.parametrize(
    ("select", "ignore", "shown"),
    [
        ((), (), True),
        ((), ("P",), False),
        ((), ("P102",), False),
        ((), ("P101",), True),
        (("P",), (), True),
        (("G",), (), False),
        (("P102",), ("P",), True),
        (("P",), ("P102",), False),
        (("P1",), ("P1",), False),
    ],
)
def test_the_longest_prefix_decides_about_a_warning(
    select: tuple[str, ...], ignore: tuple[str, ...], *, shown: bool
) -> None:
    assert Selection(select, ignore).shows("P102") is shown


def test_an_error_is_hidden_by_its_whole_code_only() -> None:
    assert Selection(("P",), ("G", "G3", "G30")).shows("G305")
    assert not Selection(("G305",), ("G305",)).shows("G305")


@pytest.mark.parametrize("letter", NEVER_HIDDEN)
def test_what_makes_a_text_unreadable_or_unsafe_is_never_hidden(letter: str) -> None:
    codes = [code for code in CODES if code.startswith(letter)]
    assert codes
    assert all(Selection(("P",), (letter, *codes)).shows(code) for code in codes)


def test_codes_of_the_command_line_may_be_small_and_joined_by_commas(program: Program) -> None:
    assert found(program) == (0, ["P106"])
    assert found(program, "--ignore", "g, p106") == (0, [])
    assert found(program, "--ignore", "g", "--ignore", "P1") == (0, [])


def test_a_prefix_of_no_code_is_wrong_usage(program: Program) -> None:
    program.write("spec.yaml", "nnspec: 1\n")
    code, _, err = program("validate", "spec.yaml", "--select", "Q9")
    assert code == 2
    assert "no code begins with Q9" in err


@pytest.mark.parametrize(
    "texts",
    [
        {"first": "# nnspec: ignore[P106]"},
        {"first": "#nnspec:ignore[P106]  and why"},
        {"first": "# why # nnspec: ignore[P106]"},
        {"above": "  # nnspec: ignore[P106]"},
        {"above": "# nnspec: ignore[P106]\n\n  # more"},
    ],
)
def test_a_comment_hides_findings_of_its_line_or_of_the_next(
    program: Program, texts: dict[str, str]
) -> None:
    assert found(program, **texts) == (0, [])


def test_an_error_may_be_hidden_where_it_stands(program: Program) -> None:
    wrong = {"argument": "unitz: 3", "first": "# nnspec: ignore[P106]"}
    assert found(program, **wrong)[0] == 1
    assert found(program, **wrong, second="# nnspec: ignore[S101]") == (0, [])


def test_training_refuses_what_a_comment_hides(program: Program) -> None:
    found(program, argument="unitz: 3", second="# nnspec: ignore[S101]")
    code, _, err = program("summary", "spec.yaml")
    assert code == 1
    assert "[S101]" in err


def test_a_warning_that_a_comment_hides_is_hidden_in_every_command(program: Program) -> None:
    found(program)
    assert "[P106]" in program("summary", "spec.yaml")[2]
    found(program, first="# nnspec: ignore[P106, P102]")
    code, out, err = program("summary", "spec.yaml")
    assert (code, err) == (0, "")
    assert "parameters" in out


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# nnspec: ignore[P102]", ["C102"]),
        ("# nnspec: ignore[P106]", ["C102"]),
        ("# nnspec: ignore", ["C103"]),
        ("# nnspec: ignore[]", ["C103"]),
        ("# nnspec: ignore[P1]", ["C103"]),
        ("# nnspec: ignore[X101]", ["C103"]),
        ("# nnspec: ignore[D103, C101]", []),
        ("# no nnspec: ignore[P102]", []),
    ],
)
def test_a_comment_must_have_an_effect_unless_nobody_looked_for_it(
    program: Program, comment: str, codes: list[str]
) -> None:
    assert found(program, second=comment) == (0, ["P106", *codes])


def test_a_text_that_looks_like_a_comment_is_none(program: Program) -> None:
    program.write(
        "spec.yaml",
        "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 1\ndata:\n"
        '  source: "t # nnspec: ignore[P102] .csv"\n  target: |-\n    # nnspec: ignore[P102]\n',
    )
    assert program("validate", "spec.yaml") == (0, "1 spec is fine\n", "")


def test_with_errors_elsewhere_no_comment_is_called_useless(program: Program) -> None:
    assert found(program, argument="unitz: 3", first="# nnspec: ignore[P999, P102]") == (
        1,
        ["P106", "C103", "S101"],
    )
