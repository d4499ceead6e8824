"""A plan as text: to the letter, and to the last column that fits."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import make_run, write_spec

from nnspec.pipeline.check import check
from nnspec.pipeline.runs.estimate import Estimate, by_counts, count_operations
from nnspec.pipeline.runs.plan import Asked, Difference, Plan, plan
from nnspec.pipeline.runs.planned import show_plan, told
from nnspec.pipeline.runs.record import Record

WHERE = ", on the GPU if there is one, else the CPU (2 processors)"


@pytest.fixture
def planned(tmp_path: Path) -> Plan:
    """Return the plan of a spec that was run once, with other settings."""
    spec = write_spec(tmp_path / "specs")
    run = make_run(tmp_path / "runs" / "first", spec)
    overrides = ("training.epochs=9", "model.1.Dense.activation=tanh", "runtime.seed=4")
    found = plan(spec, Asked(tmp_path / "runs", overrides))
    assert found.last is not None
    assert found.last.run.path == run
    last = replace(found.last, run=replace(found.last.run, path=Path("runs/first")))
    return replace(found, folder=Path("runs/small"), processors=2, last=last)


def test_a_plan_is_told_to_the_letter(planned: Plan) -> None:
    assert show_plan(planned).splitlines() == [
        "run       small: 9 epochs of 2 rows in batches of 32, 1 steps each; 33",
        "          parameters",
        f"where     runs/small{WHERE}",
        "memory    about 1.9 KiB a step; the libraries take some 700 MiB besides",
        "time      about 0.0 s of training at most, by its arithmetic, which tells no",
        "          more than the order of magnitude",
        "data      18 B to read",
        "last run  runs/first, complete (2026-11-29 10:00)",
        "          network: model.dense.activation relu → tanh",
        "          recipe: training.epochs 3 → 9",
        "          seeds: runtime.seed 0 → 4",
    ]


@pytest.mark.parametrize(("cells", "lines"), [(69, 1), (70, 1), (71, 2)])
def test_a_line_takes_seventy_cells_behind_its_label(planned: Plan, cells: int, lines: int) -> None:
    wide = replace(planned, folder=Path("f" * (cells - len(WHERE))))
    found = show_plan(wide).splitlines()
    first = next(place for place, one in enumerate(found) if one.startswith("where"))
    assert found[first + lines].startswith("memory")
    assert max(map(len, found)) <= 80
    assert found[first].startswith(f"where     {'f' * (cells - len(WHERE))}")


def test_what_is_not_known_is_said_or_left_out(planned: Plan) -> None:
    unknown = replace(
        planned,
        rows=None,
        parameters=None,
        step_bytes=None,
        data_bytes=None,
        estimate=None,
        last=None,
    )
    assert " ".join(show_plan(unknown).split()) == (
        "run small: 9 epochs of rows in batches of 32; how many there are is known once the data "
        f"is read where runs/small{WHERE} memory that of a step is known once the data is read; "
        "the libraries take some 700 MiB time not known: no run like it is here, and the rows are "
        "not counted last run none of this spec here"
    )


@pytest.mark.parametrize(
    ("rows", "steps"), [(32, "1 steps"), (33, "2 steps"), (64, "2 steps"), (39_969, "1,250 steps")]
)
def test_steps_are_counted_with_the_last_partial_batch(
    planned: Plan, rows: int, steps: str
) -> None:
    text = " ".join(show_plan(replace(planned, rows=rows)).split())
    assert f"epochs of {rows:,} rows in batches of 32, {steps} each; 33 parameters" in text
    about = " ".join(show_plan(replace(planned, rows=rows, counted=False)).split())
    assert f"epochs of about {rows:,} rows" in about
    went = replace(planned, estimate=Estimate(200.0, "that"))
    assert "about 3 min 20 s of training at most, as that went" in show_plan(went)


def settings(sections: dict[str, int]) -> Difference:
    """Return a difference of so many settings in each section."""
    found = {
        f"{section}.s{number}": [number, number + 1]
        for section, count in sections.items()
        for number in range(count)
    }
    run = Record(Path("r"), "complete")
    return Difference(run, tuple(sections), found, {}, "same", {}, text=True)


@pytest.mark.parametrize(
    ("sections", "shown"),
    [
        ({"model": 8}, {"network": (8, 0)}),
        ({"model": 9}, {"network": (8, 1)}),
        ({"model": 3, "training": 6}, {"network": (3, 0), "recipe": (5, 1)}),
        ({"model": 12, "runtime": 2}, {"network": (8, 4), "runtime": (0, 2)}),
    ],
)
def test_eight_settings_are_told_and_the_others_counted(
    sections: dict[str, int], shown: dict[str, tuple[int, int]]
) -> None:
    found = dict(told(settings(sections)))
    assert list(found) == list(shown)
    for label, (count, more) in shown.items():
        texts = found[label].split(", ")
        assert sum("→" in one for one in texts) == count
        assert [one for one in texts if "→" not in one] == ([f"{more} more"] if more else [])


def test_values_are_cut_to_24_cells_and_a_section_without_settings_differs() -> None:
    before = settings({"model": 0, "export": 0})
    found = replace(before, settings={"model.a": ["x" * 24, "y" * 25]})
    assert list(told(found)) == [
        ("network", f"model.a {'x' * 24} → {'y' * 23}…"),
        ("export", "differs"),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": True}, [("text", "only the text differs")]),
        ({"text": False}, [("nothing", "differs")]),
        ({"data": "changed"}, [("data", "its files have changed")]),
        ({"data": "not told"}, [("data", "whether it has changed is known once it is read")]),
        ({"seeds": {"a": (1, 2), "b": (3, 4)}}, [("seeds", "a 1 → 2, b 3 → 4")]),
        ({"versions": {"k": ("1", "2")}}, [("versions", "k 1 → 2")]),
        ({"sections": ("data",)}, [("data settings", "differs")]),
    ],
)
def test_each_thing_that_differs_is_told_and_nothing_only_where_nothing_does(
    changes: dict[str, object], said: list[tuple[str, str]]
) -> None:
    assert list(told(replace(settings({}), **changes))) == said  # type: ignore[arg-type]


def test_time_by_counts_is_that_of_the_arithmetic_and_of_a_step_at_the_least(
    tmp_path: Path,
) -> None:
    spec = write_spec(tmp_path)
    small, network = check(spec).accept()
    assert small.training is not None
    for rows, steps in ((1, 1), (32, 1), (33, 2), (1_000, 32)):
        found = by_counts(network, small.training, rows)
        assert found == Estimate(steps * 5e-5 * 3, None)
    assert by_counts(network, small.training, None) is None
    _, wide = check(spec, overrides=("model.1.Dense.units=1000000",)).accept()
    weights = 2 * 10**6 + 10**6 + 10**6 + 1
    found = by_counts(wide, small.training, 64)
    assert found == Estimate(2 * (6 * weights * 32 / 3e10) * 3, None)


LAYERS = """\
nnspec: 1
name: counted
model:
  - Input: {shape: SHAPE, dtype: DTYPE}
LAYERS
"""


@pytest.mark.parametrize(
    ("shape", "layer", "operations"),
    [
        ("[5]", "Dense: 3", 6 * (5 * 3 + 3)),
        ("[7, 5]", "Dense: 3", 6 * 7 * (5 * 3 + 3)),
        ("[8, 9, 3]", "Conv2D: {filters: 4, kernel_size: 3}", 6 * (6 * 7) * (27 * 4 + 4)),
        ("[7, 3]", "LSTM: 5", 6 * 7 * 4 * 5 * (3 + 5 + 1)),
        ("[7, 3]", "Bidirectional: {layer: {LSTM: 5}}", 6 * 7 * 2 * 4 * 5 * (3 + 5 + 1)),
        ("[null, 3]", "LSTM: 5", 6 * 4 * 5 * (3 + 5 + 1)),
        ("[7]", "Embedding: {input_dim: 9, output_dim: 4}", 0),
        ("[7]", "Dropout: 0.5", 0),
    ],
)
def test_each_weight_is_used_six_times_at_every_place(
    tmp_path: Path, shape: str, layer: str, operations: int
) -> None:
    path = tmp_path / "counted.yaml"
    dtype = "int32" if "Embedding" in layer else "float32"
    text = LAYERS.replace("SHAPE", shape).replace("DTYPE", dtype)
    path.write_text(text.replace("LAYERS", f"  - {layer}"))
    _, network = check(path).accept()
    assert count_operations(network.nodes[-1]) == operations
    assert count_operations(network.nodes[0]) == 0
