"""A trained program to figures: every split predicted, scaled back, measured beside baselines."""

from collections.abc import Mapping
from dataclasses import dataclass

from nnspec.build.back import PROBABILITIES, decode_predictions
from nnspec.build.program import Program
from nnspec.data import Arrays, Dataset, SplitName, Table, TargetFit, decode_targets
from nnspec.data.table import Values
from nnspec.engine import predict
from nnspec.judge.answers import Answers, Head, class_answers, regression_answers
from nnspec.judge.baselines import Baselines, Known, fit_baselines
from nnspec.judge.output import OutputReport, judge
from nnspec.spec.data import Task

TASKS: Mapping[str, Task] = {
    "regression": "regression",
    "binary": "classification",
    "multiclass": "classification",
    "reconstruction": "reconstruction",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the program answered and how good that is."""

    heads: tuple[Head, ...]
    answers: Mapping[str, Mapping[str, Answers]]
    """Output -> split -> answers."""
    outputs: tuple[OutputReport, ...]


def judge_program(
    program: Program,
    dataset: Dataset,
    splits: Mapping[SplitName, Arrays],
    *,
    batch_size: int,
    baselines_seed: int | None,
) -> Judged:
    """Return answers and figures of every output on every split that has rows.

    Args:
        program: trained.
        dataset: the rows in their own units.
        splits: the same rows as the core takes them.
        batch_size: rows per step of prediction.
        baselines_seed: seed of the baselines' draws; None: no baselines.
    """
    predicted = {
        split: predict(program.core, arrays.inputs, batch_size) for split, arrays in splits.items()
    }
    heads = describe_heads(program)
    answers: dict[str, dict[str, Answers]] = {
        head.name: {
            split: answer_rows(program, head, outputs, dataset, split)
            for split, outputs in predicted.items()
        }
        for head in heads
    }
    reports = tuple(
        judge(
            head,
            answers[head.name],
            known_baselines(program, head, dataset, splits, baselines_seed),
        )
        for head in heads
    )
    return Judged(heads, answers, reports)


def describe_heads(program: Program) -> tuple[Head, ...]:
    """Return what each trained output predicts."""
    return tuple(
        Head(name, TASKS[target.need], columns_of(program, target), tuple(target.labels))
        for name, target in program.fitted.targets.items()
    )


def columns_of(program: Program, target: TargetFit) -> tuple[str, ...]:
    """Return the names of a target's columns; those of the input for a reconstruction."""
    return program.fitted.inputs[target.reconstructs] if target.reconstructs else target.columns


def answer_rows(
    program: Program,
    head: Head,
    outputs: Mapping[str, Values],
    dataset: Dataset,
    split: SplitName,
) -> Answers:
    """Return one output's answers for the rows of a split, with their targets."""
    rows = dataset.splits[split].rows
    target = target_values(program, head, dataset, split)
    return answers_of(program, head, outputs, rows, target)


def answers_of(
    program: Program,
    head: Head,
    outputs: Mapping[str, Values],
    rows: Values,
    target: Values | None,
) -> Answers:
    """Return one output's answers in the target's own units or labels."""
    back = program.backs[head.name]
    decoded = decode_predictions(back, outputs[program.outputs[head.name]])
    if head.task == "classification":
        return class_answers(rows, decoded[PROBABILITIES], head.classes, target)
    return regression_answers(rows, decoded["prediction"], target)


def target_values(program: Program, head: Head, dataset: Dataset, split: SplitName) -> Values:
    """Return the targets of a split in their own units; a reconstruction's are its inputs."""
    fit = program.fitted.targets[head.name]
    if fit.reconstructs:
        return decode_targets(fit, program_inputs(program, dataset.splits[split].features, fit))
    return dataset.raw_targets(split)[head.name]


def program_inputs(program: Program, features: Table, fit: TargetFit) -> Values:
    """Return the tensor that an output reconstructs."""
    return program.features(features)[program.inputs[str(fit.reconstructs)]]


def known_baselines(
    program: Program,
    head: Head,
    dataset: Dataset,
    splits: Mapping[SplitName, Arrays],
    seed: int | None,
) -> Baselines | None:
    """Return the baselines of one output on the same rows, None where none are wanted."""
    if seed is None:
        return None
    known: dict[str, Known] = {}
    for split, arrays in splits.items():
        latest = dataset.latest_targets(split)
        last = latest.get(head.name) if latest else None
        known[split] = Known(arrays.inputs, target_values(program, head, dataset, split), last)
    return fit_baselines(head, known, seed=seed)
