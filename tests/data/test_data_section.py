"""What is said against a data section before any data is opened."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from nnspec.diagnostics import Refused
from nnspec.shapes import Tensor
from nnspec.spec.builtin import known_classes, known_inputs
from nnspec.spec.data import DataSection
from nnspec.spec.data_rules import check_data
from nnspec.spec.source import locate
from nnspec.spec.source_rules import check_places


def section(**settings: object) -> DataSection:
    return DataSection.model_validate({"source": "data.csv", "target": "y", **settings})


def check_source(text: str, folder: Path, *, allow_outside: bool = False) -> None:
    if found := list(check_places(text, folder, allow_outside=allow_outside)):
        raise Refused(found)


def codes(**settings: object) -> list[tuple[str, object]]:
    return [(finding.code, finding.path) for finding in check_data(section(**settings))]


def test_a_plain_section_has_nothing_against_it() -> None:
    assert codes() == []
    assert codes(features=["a", "b"], split={"validation": 0}) == []


def test_a_target_among_the_features_is_reported_at_the_feature() -> None:
    assert codes(features=["a", "y"]) == [("M106", ("data", "features", 1))]
    assert codes(inputs={"left": ["a"], "right": ["y"]}) == [
        ("M106", ("data", "inputs", "right", 0))
    ]


def test_the_past_of_the_target_is_a_feature_of_a_window() -> None:
    assert codes(features=["y"], window={"length": 5}) == []


@pytest.mark.parametrize(
    ("settings", "code", "path"),
    [
        ({"features": ["a"], "inputs": {"b": ["b"]}}, "S115", ("data", "features")),
        ({"window": {"length": 5}, "missing": "drop"}, "S115", ("data", "missing")),
        (
            {"window": {"length": 5}, "columns": {"a": {"numeric": {"missing": "drop"}}}},
            "S115",
            ("data", "columns", "a", "missing"),
        ),
        ({"window": {"length": 5, "gap": 2}}, "S115", ("data", "window", "gap")),
        ({"features": ["a"], "exclude": ["a"]}, "S115", ("data", "features", 0)),
        (
            {"columns": {"a": {"date": {"format": "%d.%m.%y"}}}},
            "S115",
            ("data", "columns", "a", "format"),
        ),
        (
            {"source": {"csv": {"path": "a.csv", "encoding": "utf-88"}}},
            "S106",
            ("data", "source", "encoding"),
        ),
        (
            {"source": {"sqlite": {"path": "a.db", "table": "t", "query": "SELECT 1"}}},
            "S115",
            ("data", "source", "query"),
        ),
        ({"source": ["a.csv", "sklearn:iris"]}, "S115", ("data", "source", 1)),
        (
            {"window": {"length": 5}, "split": {"method": "random"}},
            "S115",
            ("data", "split", "method"),
        ),
        ({"sample_weight": "y"}, "S115", ("data", "sample_weight")),
        ({"features": ["a", "a"]}, "S115", ("data", "features", 1)),
        ({"split": {"validation": 0.5, "test": 0.5}}, "S104", ("data", "split", "validation")),
        ({"source": "sklearn:irises"}, "S106", ("data", "source")),
    ],
)
def test_settings_that_cannot_hold_are_reported_at_their_place(
    settings: dict[str, object], code: str, path: tuple[str | int, ...]
) -> None:
    assert codes(**settings) == [(code, path)]


def test_columns_of_a_bundled_set_are_known_without_opening_it() -> None:
    wrong = section(source="sklearn:wine", target="Target", columns={"hues": "category"})
    findings = check_data(wrong)
    assert [(one.code, one.path, one.hint) for one in findings] == [
        ("D103", ("data", "target"), "did you mean target?"),
        ("D103", ("data", "columns", "hues"), "did you mean hue?"),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"features": []},
        {"features": "a"},
        {"colums": {}},
        {"split": {"validation": 1}},
        {"split": {"validation": -0.1}},
        {"window": {"length": 0}},
        {"window": {"length": True}},
        {"columns": {"a": "words"}},
        {"missing": "ignore"},
    ],
)
def test_what_is_not_in_the_language_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        section(**settings)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"source": "sklearn:digits", "target": "target"}, Tensor((None, 8, 8))),
        ({"source": "sklearn:linnerud", "target": "Pulse"}, Tensor((None, 3))),
        (
            {"source": "sklearn:linnerud", "target": "Pulse", "window": {"length": 4}},
            Tensor((None, 4, 6)),
        ),
        (
            {"source": "sklearn:iris", "target": "target", "sample_weight": "petal width (cm)"},
            Tensor((None, 3)),
        ),
        (
            {
                "source": "sklearn:diabetes",
                "target": "target",
                "features": ["sex"],
                "columns": {"sex": "category"},
            },
            Tensor((None, None)),
        ),
        (
            {
                "source": "sklearn:diabetes",
                "target": "target",
                "features": ["sex"],
                "columns": {"sex": "category"},
                "encoding": "index",
            },
            Tensor((None, 1), "integer"),
        ),
    ],
)
def test_inputs_of_bundled_sets_have_known_shapes(
    settings: dict[str, object], expected: Tensor
) -> None:
    assert known_inputs(section(**settings)) == {"input": expected}


def test_inputs_keep_the_names_that_the_spec_gives_them() -> None:
    two = section(
        source="sklearn:iris", inputs={"a": ["petal width (cm)"], "b": ["sepal width (cm)"]}
    )
    assert known_inputs(two) == {"a": Tensor((None, 1)), "b": Tensor((None, 1))}


def test_nothing_is_known_of_a_file() -> None:
    assert known_inputs(section()) is None
    assert known_classes(section()) is None


def test_classes_of_bundled_sets_are_known() -> None:
    assert known_classes(section(source="sklearn:digits", target="target")) == 10
    assert known_classes(section(source="sklearn:diabetes", target="target")) is None
    by_output = section(source="sklearn:iris", target={"kind": "target"})
    assert known_classes(by_output, "kind") == 3
    assert known_classes(by_output, "other") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest.csv",
        "HTTPS://example.org/a.csv",
        "file:///etc/passwd.csv",
        "s3://bucket/a.parquet",
        "data:text/csv,a",
    ],
)
def test_a_url_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"is a URL; .* Nothing is fetched.* \[X103\]"):
        check_source(url, tmp_path)


def test_a_path_outside_the_folder_is_refused_unless_allowed(tmp_path: Path) -> None:
    outside = tmp_path / "data.csv"
    outside.touch()
    folder = tmp_path / "specs"
    folder.mkdir()
    for text in ("../data.csv", str(outside), "a/../../data.csv"):
        with pytest.raises(Refused, match=rf'leads to "{outside}", outside the spec\'s.*\[X104\]'):
            check_source(text, folder)
        check_source(text, folder, allow_outside=True)
    assert locate("../data.csv", folder, allow_outside=True) == outside


def test_a_link_that_leaves_the_folder_is_shown_with_its_target(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    (tmp_path / "secret.csv").touch()
    (folder / "data.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Refused) as refused:
        check_source("data.csv", folder)
    message = refused.value.diagnostics[0].message
    assert f'by the symbolic link "{folder / "data.csv"}"' in message
    assert f'to "{tmp_path / "secret.csv"}"' in message


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "data.csv").touch()
    (tmp_path / "link.csv").symlink_to("data.csv")
    assert locate("link.csv", tmp_path) == tmp_path / "data.csv"


def test_a_path_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for text in ("a\0b.csv", "loop.csv"):
        with pytest.raises(Refused):
            check_source(text, tmp_path)


def test_the_section_is_checked_without_numpy() -> None:
    program = (
        "import sys, nnspec.spec.data_rules, nnspec.spec.builtin; "
        "print([one for one in ('numpy', 'keras', 'polars', 'sklearn') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
