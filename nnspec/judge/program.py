"""A trained program to figures: every split predicted, scaled back, measured beside baselines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

import numpy as np

from nnspec.build.back import PREDICTION, PROBABILITIES, decode_predictions
from nnspec.build.calibration import Calibrations
from nnspec.build.program import Program
from nnspec.catalog.layers.regularization import Random
from nnspec.data import Arrays, Dataset, Split, SplitName, Table, TargetFit
from nnspec.data.fit.inputs import input_in_units
from nnspec.data.fit.targets import counted_positions
from nnspec.data.table import Values
from nnspec.engine import Won, predict
from nnspec.engine.tensorflow.masks import find_masks
from nnspec.judge.answers import (
    Answers,
    Truth,
    Truths,
    class_answers,
    label_answers,
    number_answers,
)
from nnspec.judge.baselines import Baselines, fit_baselines
from nnspec.judge.calibration import calibrate, told_of
from nnspec.judge.cluster_answers import (
    cluster_answers,
    find_won,
    labels_of_rows,
    on_its_map,
)
from nnspec.judge.cluster_baselines import beside_clusters
from nnspec.judge.decision import Decisions, decide, decided
from nnspec.judge.declared import Left, measure_declared, metrics_of
from nnspec.judge.figures import Metrics
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
    describe_head,
)
from nnspec.judge.known import Known
from nnspec.judge.noise import Noisy, measure_noise
from nnspec.judge.output import Beside, OutputReport, judge
from nnspec.judge.row_weights import row_weights, weights_told
from nnspec.judge.settled import Settled
from nnspec.spec.spec import Spec
from nnspec.spec.training import HALF


@dataclass(frozen=True, slots=True)
class Judged:
    """What the program answered and how good that is."""

    heads: tuple[Head, ...]
    answers: Mapping[str, Mapping[str, Answers]]
    """Output -> split -> answers."""
    outputs: tuple[OutputReport, ...]
    settled: Settled = field(default_factory=Settled)
    baselines: Mapping[str, Baselines] = field(default_factory=dict)
    """Output -> what simple models answered; outputs without any are left out."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What left the network for the rows of one split, by output name of the core."""

    outputs: Mapping[str, Values]
    masks: Mapping[str, Truths]
    """Which steps count, (rows, steps); outputs without a mask have none."""
    won: Won | None = None
    """Which units of a map win the rows, in the place of outputs; None without a map."""


@dataclass(frozen=True, slots=True)
class Judging:
    """A trained program with its rows, and what is wanted of them.

    Attributes:
        splits: every split that has rows, as the core takes it.
        predicted: what left the network for them.
    """

    spec: Spec
    program: Program
    dataset: Dataset
    splits: Mapping[SplitName, Arrays]
    predicted: Mapping[SplitName, Predicted]

    def truth(self, head: Head, split: SplitName) -> Truth:
        """Return what is known of the rows of a split for one output."""
        mask = self.predicted[split].masks.get(self.program.outputs[head.name])
        known = known_truth(self.program, head, self.dataset, split)
        counted = cut_to(head, mask, known.counted)
        return replace(known, counted=counted, weights=row_weights(self.spec, self.dataset, split))

    def answers(self, head: Head, split: SplitName) -> Answers:
        """Return one output's answers for the rows of a split, with their targets."""
        rows = self.dataset.splits[split].rows
        predicted = self.predicted[split]
        return answers_of(self.program, head, predicted, rows, self.truth(head, split))

    def declared(self, head: Head, split: SplitName) -> Metrics:
        """Return the figures that the spec names, of one output on one split."""
        if isinstance(head, Clusters):
            return {}
        name = self.program.outputs[head.name]
        predicted = self.predicted[split]
        left = Left(
            predicted.outputs[name],
            self.splits[split].targets[name],
            predicted.masks.get(name),
            row_weights(self.spec, self.dataset, split),
        )
        assert self.spec.training is not None, "what was trained says how"
        metrics = metrics_of(self.spec.training, head.name)
        return measure_declared(metrics, self.program.fitted, head, left)

    def denoised(self, head: Reconstruction, noise: Random, split: SplitName) -> Metrics:
        """Return what is left of noise that is added to the rows of a split."""
        rows = self.dataset.splits[split].rows
        noisy = Noisy(noise, self.spec.runtime.seed, rows, self.splits[split])
        return measure_noise(self.program, head, noisy, self.truth(head, split))

    def baselines(self, head: Head, answers: Mapping[str, Answers]) -> Baselines | None:
        """Return the baselines of one output on the same rows, None where none are wanted."""
        if isinstance(head, Clusters):
            seed, wanted = self.spec.runtime.seed, self.spec.evaluation.baselines
            return beside_clusters(head, answers, seed=seed, wanted=wanted)
        if not self.spec.evaluation.baselines:
            return None
        known: dict[str, Known] = {split: self.known(head, split) for split in self.splits}
        threshold = self.spec.evaluation.threshold if self.is_binary(head) else HALF
        return fit_baselines(head, known, seed=self.spec.runtime.seed, threshold=threshold)

    def is_binary(self, head: Head) -> bool:
        """Tell whether an output answers by a threshold."""
        return self.program.fitted.targets[head.name].need == "binary"

    def calibrations(
        self, heads: Iterable[Head], answers: Mapping[str, Mapping[str, Answers]]
    ) -> Calibrations:
        """Return what the validation rows say about answers that nothing was fitted for yet."""
        asked = self.spec.evaluation
        found = {head.name: calibrate(asked, head, answers[head.name]) for head in heads}
        return {name: one for name, one in found.items() if one is not None}

    def every_answer(self, heads: Iterable[Head]) -> dict[str, dict[str, Answers]]:
        """Return the answers of every output on every split."""
        return {
            head.name: {split: self.answers(head, split) for split in self.splits} for head in heads
        }

    def decisions(
        self, heads: Iterable[Head], answers: Mapping[str, Mapping[str, Answers]]
    ) -> Decisions:
        """Return when binary outputs answer with their second class, unless from one half on."""
        asked = self.spec.evaluation.threshold
        found = {
            head.name: decide(asked, head, answers[head.name].get("validation"))
            for head in heads
            if self.is_binary(head)
        }
        return {name: one for name, one in found.items() if one is not None}

    def known(self, head: Head, split: SplitName) -> Known:
        """Return what a baseline may know of one split."""
        truth, dataset = self.truth(head, split), self.dataset
        latest, season = dataset.latest_targets(split), dataset.season_targets(split)
        assert truth.target is not None, "rows of a split have targets"
        return Known(
            self.splits[split].inputs,
            truth.target,
            latest.get(head.name) if latest else None,
            replace(truth, target=None),
            dataset.fitted.words,
            season.get(head.name) if season else None,
        )

    def report(
        self, head: Head, answers: Mapping[str, Answers], settled: Settled, beside: Beside
    ) -> OutputReport:
        """Return what one output reached.

        Args:
            head: what the output predicts.
            answers: split -> its answers.
            settled: how it answers.
            beside: its baselines, and what is to be said of its calibration.
        """
        decision = settled.decisions.get(head.name)
        calibration = settled.calibrations.get(head.name)
        declared: dict[str, Metrics] = {split: self.declared(head, split) for split in self.splits}
        notes = (
            *beside.notes,
            *(decision.notes if decision else ()),
            *weights_told(self.spec, self.dataset),
            *season_told(self.spec, self.dataset),
        )
        if self.spec.evaluation.noise is not None and isinstance(head, Reconstruction):
            noise = self.spec.evaluation.noise
            for split in self.splits:
                declared[split] = {**declared[split], **self.denoised(head, noise, split)}
        reached = judge(head, answers, Beside(beside.baselines, declared, notes))
        return replace(
            reached,
            thresholds=decision.thresholds if decision else (),
            temperature=calibration.temperature if calibration else None,
        )

    def crossed(self, head: Head) -> tuple[str, ...]:
        """Return for how many rows quantiles had to be put in order, where there are quantiles."""
        if not isinstance(head, Numbers) or not head.quantiles or "test" not in self.predicted:
            return ()
        left = self.predicted["test"].outputs[self.program.outputs[head.name]]
        units = left.reshape(-1, len(head.quantiles))
        lines = int((np.diff(units, axis=1) < 0).any(axis=1).sum())
        return (f"quantiles crossed in {lines:,} of {len(units):,} test answers; they are ordered",)


def season_told(spec: Spec, dataset: Dataset) -> tuple[str, ...]:
    """Return which value the seasonal baseline answers with, where there is one."""
    if dataset.season is None or not spec.evaluation.baselines:
        return ()
    before = f"{dataset.season:,} rows before the target's"
    return (f"seasonal: the value {before}; its last one where the series has none",)


def judge_program(
    program: Program,
    dataset: Dataset,
    splits: Mapping[SplitName, Arrays],
    spec: Spec,
    settled: Settled | None = None,
) -> Judged:
    """Return answers and figures of every output on every split that has rows.

    Args:
        program: trained.
        dataset: the rows in their own units.
        splits: the same rows as the core takes them.
        spec: says which metrics and baselines are wanted, and whether rows are weighted.
        settled: how outputs answer; settled here on the validation rows if absent.
    """
    assert spec.training is not None, "what was trained says how"
    batch_size = spec.training.batch_size
    predicted = {
        split: predict_split(program, arrays.inputs, batch_size) for split, arrays in splits.items()
    }
    judging = Judging(spec, program.calibrated({}), dataset, splits, predicted)
    heads = describe_heads(program)
    plain = judging.every_answer(heads)
    calibrations = judging.calibrations(heads, plain) if settled is None else settled.calibrations
    judging = replace(judging, program=program.calibrated(calibrations))
    answers = judging.every_answer(heads) if calibrations else plain
    decisions = judging.decisions(heads, answers) if settled is None else settled.decisions
    settled = Settled(decisions, calibrations)
    told = {
        head.name: (
            *told_of(head, calibrations.get(head.name), plain[head.name], answers[head.name]),
            *judging.crossed(head),
        )
        for head in heads
    }
    heads = tuple(settled.head(head) for head in heads)
    for head in heads:
        decision, own = decisions.get(head.name), answers[head.name]
        answers[head.name] = {split: decided(head, one, decision) for split, one in own.items()}
    baselines = {head.name: judging.baselines(head, answers[head.name]) for head in heads}
    reports = tuple(
        judging.report(
            head, answers[head.name], settled, Beside(baselines[head.name], notes=told[head.name])
        )
        for head in heads
    )
    there = {name: one for name, one in baselines.items() if one is not None}
    return Judged(heads, answers, reports, settled, there)


def predict_split(program: Program, inputs: dict[str, Values], batch_size: int) -> Predicted:
    """Return what leaves the network for some rows, and which steps of it count."""
    if won := find_won(program, inputs):
        return Predicted({}, {}, won)
    outputs = predict(program.core, inputs)
    return Predicted(outputs, find_masks(program.core, inputs, batch_size))


def describe_heads(program: Program) -> tuple[Head, ...]:
    """Return what each trained output predicts."""
    heads = (describe_head(program.fitted, name) for name in program.fitted.targets)
    heads = (on_its_map(program, head) for head in heads)
    return tuple(
        replace(head, graded=False)
        if isinstance(head, OneClass) and program.answers_by_threshold(head.name)
        else head
        for head in heads
    )


def answers_of(
    program: Program, head: Head, predicted: Predicted, rows: Values, truth: Truth
) -> Answers:
    """Return one output's answers in the target's own units or labels."""
    if isinstance(head, Clusters):
        assert predicted.won is not None, "a head of clusters has a map"
        return cluster_answers(rows.astype(np.int64), predicted.won, truth.target)
    left = predicted.outputs[program.outputs[head.name]]
    decoded = decode_predictions(program.backs[head.name], left)
    match head:
        case Numbers() | Reconstruction():
            around = {key: one for key, one in decoded.items() if key != PREDICTION}
            return number_answers(rows, decoded[PREDICTION], truth, around)
        case Unjudged():
            return number_answers(rows, decoded[PREDICTION])
        case OneClass() | ClassPerPosition():
            return class_answers(rows, decoded[PROBABILITIES], head.classes, truth)
        case SeveralLabels():
            return label_answers(rows, decoded[PROBABILITIES], head.classes, truth)
        case _:
            assert_never(head)


def answer_new_rows(program: Program, head: Head, predicted: Predicted, split: Split) -> Answers:
    """Return one output's answers for rows without targets; a reconstruction's are its inputs."""
    fit = program.fitted.targets[head.name]
    target = reconstructed(program, split.features, fit) if fit.reconstructs else None
    mask = predicted.masks.get(program.outputs[head.name])
    truth = Truth(target, cut_to(head, mask, None))
    return answers_of(program, head, predicted, split.rows, truth)


def known_truth(program: Program, head: Head, dataset: Dataset, split: SplitName) -> Truth:
    """Return the targets of a split in their own units; a reconstruction's are its inputs."""
    fit, rows = program.fitted.targets[head.name], dataset.splits[split]
    if isinstance(head, Clusters):
        return Truth(labels_of_rows(program, head, rows.targets))
    if fit.reconstructs:
        return Truth(reconstructed(program, rows.features, fit))
    return Truth(dataset.raw_targets(split)[head.name], counted_positions(fit, rows.targets))


def reconstructed(program: Program, features: Table, fit: TargetFit) -> Values:
    """Return what an output reconstructs, in the units of its columns."""
    fitted = program.fitted
    columns = fitted.inputs[str(fit.reconstructs)]
    return input_in_units([(fitted.columns[name], features[name]) for name in columns])


def cut_to(head: Head, mask: Truths | None, counted: Truths | None) -> Truths | None:
    """Return which steps or pixels of a head count, by the network's mask and the target's labels.

    The mask of an output that has no steps is of no step of the answer.
    """
    positions = positions_of(head)
    if mask is None or len(positions) < mask.ndim - 1:
        return counted
    spread = mask.reshape(*mask.shape, *(1 for _ in positions[mask.ndim - 1 :]))
    masked: Truths = np.broadcast_to(spread, (len(mask), *positions)).astype(np.bool_)
    return masked if counted is None else masked & counted


def positions_of(head: Head) -> tuple[int, ...]:
    """Return the steps or pixels that a row of a head has; none where it has none."""
    match head:
        case ClassPerPosition():
            return head.shape
        case Numbers() | Reconstruction() | SeveralLabels():
            return head.cell[:-1]
        case OneClass() | Clusters() | Unjudged():
            return ()
        case _:
            assert_never(head)
