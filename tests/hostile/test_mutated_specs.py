"""Whatever a spec holds, a check ends in findings: no exception, and soon.

`bench/fuzz.py` runs the same mutations many times over; here are enough to notice a slip.
"""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from mutation import mutate, read_seeds
from trees import mutate_tree, read_stock, write_tree

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.diagnostics.render import Format, render
from nnspec.diagnostics.sources import Sources
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document

SEEDS = read_seeds()
STOCK = read_stock()
FEW = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

ATOMS = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=20)
    | some.sampled_from(["Dense", "Conv2D", "Add", "relu", "adam", "mse", "input", "$x", "$$x"])
)
WORDS = """
nnspec name data model training layers outputs source target inputs use repeat each blocks
variables parameters optimizer loss metrics callbacks Dense units Conv2D filters
"""
NAMES = some.sampled_from(WORDS.split())
TREES = some.recursive(
    ATOMS,
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(NAMES | some.text(max_size=8), inner)
    ),
    max_leaves=25,
)


def findings(text: str | bytes, folder: Path, file: str = "spec.yaml") -> tuple[Diagnostic, ...]:
    try:
        return check_document(parse_document(text, file), folder=folder).diagnostics
    except Refused as refused:
        return refused.diagnostics


@FEW
@given(number=some.integers(0, 2**32))
def test_a_mutated_spec_is_answered_with_findings(number: int, tmp_path: Path) -> None:
    text = mutate(random.Random(number), SEEDS)  # noqa: S311 - repeatable, and no secret
    found = findings(text, tmp_path)
    sources = Sources({"spec.yaml": text.decode("utf-8", "replace")})
    for form in Format:
        assert render(found, sources, form)


@FEW
@given(number=some.integers(0, 2**32))
def test_a_spec_of_damaged_structure_is_answered_with_findings(number: int, tmp_path: Path) -> None:
    draw = random.Random(number)  # noqa: S311 - repeatable, and no secret
    text = write_tree(mutate_tree(draw, STOCK))
    assert all(one.message for one in findings(text, tmp_path, "spec.json"))


@FEW
@given(text=some.text(max_size=200))
def test_any_text_is_answered_with_findings(text: str, tmp_path: Path) -> None:
    assert all(one.message for one in findings(text.encode("utf-8", "replace"), tmp_path))


@FEW
@given(content=some.binary(max_size=200))
def test_any_bytes_are_answered_with_findings(content: bytes, tmp_path: Path) -> None:
    assert all(one.message for one in findings(content, tmp_path))


@FEW
@given(tree=some.dictionaries(NAMES, TREES, max_size=6))
def test_any_tree_is_answered_with_findings(tree: object, tmp_path: Path) -> None:
    # JSON is YAML, NaN and infinity aside.
    text = json.dumps(tree, ensure_ascii=False)
    for file in ("spec.yaml", "spec.json"):
        content = text.encode("utf-8", "replace")
        assert all(one.message for one in findings(content, tmp_path, file))


@pytest.mark.parametrize("share", ["0o17%", "0x1f%", "1e999%", ".nan%", "%", "1_0%"])
def test_a_share_in_any_digits_is_answered_with_findings(share: str, tmp_path: Path) -> None:
    assert findings(f"{HEAD}  - Dropout: '{share}'\n  - Dense: 1\n", tmp_path)


def test_a_keras_layer_that_is_fed_by_nothing_is_refused(tmp_path: Path) -> None:
    dense = {"class_name": "Dense", "name": "d", "config": {"name": "d", "units": 1}}
    layers = [{**dense, "inbound_nodes": []}]
    config = {"name": "m", "layers": layers, "input_layers": [], "output_layers": [["d", 0, 0]]}
    model = {"class_name": "Functional", "config": config}
    found = findings(json.dumps({"nnspec": 1, "model": model}), tmp_path, "spec.json")
    assert found


HEAD = "nnspec: 1\nmodel:\n  - Input: [4]\n"
LONG = "[" + ", ".join(["x"] * 20_000) + "]"
LARGE = {
    "open brackets": "[" * 1_000_000,
    "closed brackets": "]" * 1_000_000,
    "unknown keys": HEAD + "  - Dense: {" + ", ".join(f"k{i}: 1" for i in range(20_000)) + "}\n",
    "unknown layers": HEAD + "".join(f"  - Layer{i}\n" for i in range(20_000)),
    "unknown inputs": HEAD + f"  - Add:\n    inputs: [{', '.join(f'x{i}' for i in range(20_000))}]",
    "one name": HEAD + "  - Dense: 4\n    name: a\n" * 4_000,
    "a block many times": (
        f"nnspec: 1\nblocks: {{b: [{{StringLookup: {{vocabulary: {LONG}}}}}]}}\nmodel:\n"
        "  - Input: {shape: [1], dtype: string}\n" + "  - b\n" * 2_000
    ),
    "blocks that double": (
        "nnspec: 1\nblocks:\n  b0: [{Dense: 4}]\n"
        + "".join(f"  b{i}: [{{b{i - 1}: {{}}}}, {{b{i - 1}: {{}}}}]\n" for i in range(1, 40))
        + "model: [{Input: [4]}, b39]\n"
    ),
    "blocks in a chain": (
        "nnspec: 1\nblocks:\n  b0: [{Dense: 4}]\n"
        + "".join(f"  b{i}: [{{b{i - 1}: {{}}}}]\n" for i in range(1, 3_000))
        + "model: [{Input: [4]}, b2999]\n"
    ),
    "blocks and models in a chain": (
        "nnspec: 1\nblocks:\n  b0: [{Dense: 4}]\n"
        + "".join(f"  b{i}: [{{Model: [{{b{i - 1}: {{}}}}]}}]\n" for i in range(1, 90))
        + "model: [{Input: [4]}, b89]\n"
    ),
    "inputs that the data does not have": (
        "nnspec: 1\ndata: {source: a.csv, target: y}\nmodel:\n"
        + "  - Input: [4]\n" * 4_000
        + "  - Dense: 1\n"
    ),
    "long names nearly right": (
        HEAD
        + "".join(f"  - Dense: 4\n    name: {'layer' * 8}_{i}\n" for i in range(4_000))
        + f"  - Add:\n    inputs: [{', '.join(f'layrlayrlayrlayrlayr_{i}' for i in range(150))}]\n"
    ),
    "one argument of many numbers": (
        f"{HEAD}  - Permute: [{', '.join(str(i) for i in range(1, 30_000))}]\n"
    ),
    "many remarks": HEAD + "  - Dense: 4\n" * 4_000,
    "one line": "nnspec: 1\nname: " + "n" * 3_000_000,
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", LARGE)
def test_a_large_spec_is_answered_briefly(kind: str, tmp_path: Path) -> None:
    found = findings(LARGE[kind], tmp_path)
    text = render(found, Sources({"spec.yaml": LARGE[kind]}))
    assert found
    assert len(found) <= 202
    assert len(text) < 200_000
    assert max(len(one.message) for one in found) < 700


@pytest.mark.parametrize(
    "text",
    [
        '{"model": [{}, {"class_name": "Model", "config": [{"class_name": "Dense"}]}]}',
        '{"name": [{}, {"class_name": "Model", "config": [{}]}], "model": "somewhere"}',
    ],
    ids=["no inputs are left", "no outputs are left"],
)
def test_what_is_refused_within_a_model_stops_no_rule(text: str, tmp_path: Path) -> None:
    assert any(one.severity == "error" for one in findings(text, tmp_path, "spec.json"))
