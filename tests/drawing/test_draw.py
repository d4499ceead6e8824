"""`nnspec draw` shows every layer, folded or not, in forms that other programs read."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nnspec.commands import main
from nnspec.drawing.diagram import TIMES, Box, Diagram, Frame, boxes_of
from nnspec.drawing.fold import DEEPEST, draw
from nnspec.drawing.places import place
from nnspec.drawing.svg import size_of
from nnspec.pipeline.look import look

SPECS = Path(__file__).parents[2] / "specs"
ARCHITECTURES = sorted((SPECS / "architectures").glob("*.yaml"))
SHOWN = [
    one
    if one.stem in {"resnet50", "unet", "siamese", "wide_and_deep", "transformer"}
    else pytest.param(one, marks=pytest.mark.slow)
    for one in ARCHITECTURES
]
"""Architectures; those that show nothing that others do not are left to the long round."""
CHAIN = """\
nnspec: 1
model:
  - Input: [8]
{layers}  - Dense: 1
"""


def diagram(path: Path, **settings: object) -> Diagram:
    found = look(path)
    return draw(found.network, found.spec.name, **settings)  # type: ignore[arg-type]


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def printed_of(text: str | Path, *options: str) -> str:
        path = text if isinstance(text, Path) else tmp_path / "spec.yaml"
        if isinstance(text, str):
            path.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as stopped:
            main(["draw", str(path), *options])
        assert stopped.value.code == 0
        return capsys.readouterr().out

    return printed_of


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_every_layer_and_arrow_is_there_unfolded(path: Path) -> None:
    found = diagram(path, depth=DEEPEST, repeats=False)
    network = look(path).network
    assert {box.name for box in found.boxes()} == {node.name for node in network.nodes}
    arrows = {(source.node, node.name) for node in network.nodes for source in node.node.sources}
    assert {(arrow.source, arrow.target) for arrow in found.arrows} == arrows


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_what_is_folded_has_all_parameters_and_leads_on(path: Path) -> None:
    network = look(path).network
    everything = sum(node.parameters or 0 for node in network.nodes)
    for depth in (0, 1, 2, None):
        found = diagram(path, depth=depth)
        boxes = {box.key: box for box in found.boxes()}
        framed = sum(count(child, 1) for child in found.children)
        assert framed == everything
        fed = {arrow.target for arrow in found.arrows}
        assert {key for key in boxes if key not in fed} == {
            box.key for box in boxes.values() if box.kind == "input"
        }


def count(child: object, times: int) -> int:
    """Return the parameters of a box or of what is in a frame, all repetitions of it."""
    children = getattr(child, "children", None)
    if children is None:
        return times * (getattr(child, "parameters", 0) or 0)
    return sum(count(one, times * getattr(child, "times", 1)) for one in children)


def test_a_repeated_stretch_is_shown_once_with_its_number(printed: Callable[..., str]) -> None:
    stretch = "  - Dense: {units: 8, activation: relu}\n  - Dropout: 0.1\n"
    out = printed(CHAIN.format(layers=stretch * 4))
    assert f"repeated {TIMES} 4:" in out
    assert out.count("Dropout 0.1") == 1
    assert printed(CHAIN.format(layers=stretch * 4), "--unfold").count("Dropout 0.1") == 4


def test_layers_that_differ_or_are_used_elsewhere_are_not_taken_for_a_repetition(
    printed: Callable[..., str],
) -> None:
    other = "  - Dense: 8\n  - Dense: {units: 8, use_bias: false}\n  - Dense: 8\n"
    assert TIMES not in printed(CHAIN.format(layers=other))
    skip = "  - Dense: 8\n    name: a\n  - Dense: 8\n    name: b\n  - Add:\n    inputs: [a, b]\n"
    assert TIMES not in printed(CHAIN.format(layers=skip))


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_the_text_fits_80_columns(path: Path, printed: Callable[..., str]) -> None:
    for options in ((), ("--depth", "0")):
        lines = printed(path, *options).splitlines()
        assert max(map(len, lines)) <= 80


def test_rails_lead_from_each_box_to_those_that_it_feeds(printed: Callable[..., str]) -> None:
    forked = """\
        nnspec: 1
        model:
          - Input: [8]
            name: first
          - Dense: 8
            name: second
          - Add:
            inputs: [first, second]
          - Dense: 1
        """.replace("        ", "")
    rails = [line[:3].rstrip() for line in printed(forked).splitlines()[2:]]
    assert rails == ["○", "├─╮", "│ ●", "├─╯", "●", "●"]


def test_mermaid_names_nothing_by_what_the_spec_says(printed: Callable[..., str]) -> None:
    out = printed(SPECS / "architectures" / "siamese.yaml", "--format", "mermaid", "--depth", "0")
    lines = out.splitlines()
    assert lines[3] == "flowchart TD"
    declared = set(re.findall(r"^ +(n\d+)[\[(]", out, re.MULTILINE))
    drawn = re.findall(r"^  (n\d+) --> (n\d+)$", out, re.MULTILINE)
    assert {one for pair in drawn for one in pair} == declared
    assert out.count(' -. "same weights" .- ') == 1


def test_signs_of_mermaid_in_names_are_only_signs(tmp_path: Path) -> None:
    from nnspec.drawing.mermaid import escape  # noqa: PLC0415 - of this test alone

    assert escape('a"]; click n0 "x') == "a#34;#93;#59; click n0 #34;x"
    assert "<" not in escape("<script>")
    assert tmp_path.is_dir()


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_boxes_of_an_svg_lie_apart_and_frames_around_their_own(path: Path) -> None:
    found = diagram(path)
    sizes = {box.key: size_of(box) for box in found.boxes()}
    plan = place(found, sizes)
    areas = {key: (*plan.boxes[key], size.width, size.height) for key, size in sizes.items()}
    keys = sorted(areas)
    for at, one in enumerate(keys):
        for other in keys[at + 1 :]:
            assert not overlap(areas[one], areas[other]), (one, other)
    for key, ((left, top), size) in plan.frames.items():
        for one in keys:
            inside = one in members(found.children, key)
            area = (left, top, size.width, size.height)
            assert (holds if inside else apart)(area, areas[one]), (key, one)
    heads = sorted(line.points[-1] for line in plan.lines if line.head)
    feet = {(round(x, 3), round(y, 3)) for x, y in heads}
    fed = {arrow.target for arrow in found.arrows}
    middles = {
        (round(areas[one][0] + areas[one][2] / 2, 3), round(areas[one][1], 3)) for one in fed
    }
    assert feet == middles


Area = tuple[float, float, float, float]


def overlap(one: Area, other: Area) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]


def apart(one: Area, other: Area) -> bool:
    return not overlap(one, other)


def holds(one: Area, other: Area) -> bool:
    left, top = one[0] <= other[0], one[1] <= other[1]
    right = other[0] + other[2] <= one[0] + one[2] + 1e-6
    return left and top and right and other[1] + other[3] <= one[1] + one[3] + 1e-6


def members(children: tuple[Box | Frame, ...], key: str) -> set[str]:
    """Return the boxes within the frame of this key."""
    for child in children:
        if isinstance(child, Frame):
            if child.key == key:
                return {box.key for box in boxes_of(child.children)}
            if found := members(child.children, key):
                return found
    return set()


def test_an_svg_holds_text_as_text_and_nothing_that_acts(printed: Callable[..., str]) -> None:
    out = printed(SPECS / "architectures" / "resnet50.yaml", "--format", "svg")
    root = ET.fromstring(out)  # noqa: S314 - the program's own
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"identity {TIMES} 5" in texts
    assert "(7, 7, 2048) · 8,943,616 parameters" in texts
    tags = {one.tag.partition("}")[2] for one in root.iter()}
    assert tags <= {"svg", "g", "rect", "text", "tspan", "path", "title", "style"}
    assert "prefers-color-scheme: dark" in out
    assert "http" not in out.replace("http://www.w3.org/2000/svg", "")


def test_the_ending_of_a_file_says_how_a_network_is_drawn(
    printed: Callable[..., str], tmp_path: Path
) -> None:
    for name, start in (("a.svg", "<svg"), ("a.mmd", "---\ntitle"), ("a.txt", "spec: ")):
        assert printed(CHAIN.format(layers=""), "--output", str(tmp_path / name)) == ""
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_chains_are_straight_and_nothing_crosses_where_nothing_must() -> None:
    found = diagram(SPECS / "architectures" / "wide_and_deep.yaml")
    plan = place(found, {box.key: size_of(box) for box in found.boxes()})
    sizes = {box.key: size_of(box).width for box in found.boxes()}
    middles = [plan.boxes[f"deep_{place}"][0] + sizes[f"deep_{place}"] / 2 for place in (1, 2, 3)]
    assert max(middles) - min(middles) < 0.5


def test_the_picture_in_the_documentation_is_what_is_drawn(printed: Callable[..., str]) -> None:
    out = printed(SPECS / "architectures" / "transformer.yaml", "--format", "svg")
    kept = SPECS.parent / "docs" / "pictures" / "transformer.svg"
    assert out == kept.read_text(encoding="utf-8")
