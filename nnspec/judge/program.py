"""A trained program to figures: every split predicted, scaled back, measured beside baselines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from nnspec.build.calibration import Calibrations
from nnspec.build.program import Program
from nnspec.catalog.layers.regularization import Random
from nnspec.data import Arrays, Dataset, Split, SplitName
from nnspec.data.fit.tags import find_words
from nnspec.data.table import Column
from nnspec.judge.answers import (
    Answers,
    Floats,
    Truth,
    number_answers,
)
from nnspec.judge.baselines import Baselines, fit_baselines
from nnspec.judge.calibration import calibrate, told_of
from nnspec.judge.cluster_answers import (
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
    describe_head,
)
from nnspec.judge.importance import (
    NOT_ASKED,
    REPEATS,
    Given,
    Importances,
    measure_importance,
)
from nnspec.judge.known import Known
from nnspec.judge.noise import Noisy, measure_noise
from nnspec.judge.number_lines import in_lines
from nnspec.judge.output import Beside, OutputReport, judge
from nnspec.judge.predicted import Predicted, answers_of, predict_split
from nnspec.judge.resampling import Sampling
from nnspec.judge.row_weights import row_weights, weights_told
from nnspec.judge.settled import Settled
from nnspec.judge.slices import chosen_columns
from nnspec.judge.truths import cut_to, known_truth, reconstructed
from nnspec.spec.spec import Spec
from nnspec.spec.training import HALF

TESTED: SplitName = "test"
"""The rows that a report tells most of."""


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
class Told:
    """What stands beside the figures of each output, by its name: baselines, and notes."""

    baselines: Mapping[str, Baselines | None]
    notes: Mapping[str, tuple[str, ...]]


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

    def naive(self, head: Head) -> Floats | None:
        """Return what the last value of a series errs by on the training rows, column by column."""
        latest = self.dataset.latest_targets("train") if "train" in self.splits else None
        if latest is None or head.name not in latest or not isinstance(head, Numbers):
            return None
        rows = self.dataset.splits["train"].rows
        lines = in_lines(head, number_answers(rows, latest[head.name], self.truth(head, "train")))
        sizes = np.abs(lines.prediction - lines.target)
        return np.average(sizes, axis=0, weights=lines.weights) if len(sizes) else None

    def sampling(self) -> Sampling | None:
        """Return how the test rows may be drawn anew; None where there are none."""
        if TESTED not in self.splits:
            return None
        data, rows = self.spec.data, self.dataset.splits[TESTED]
        seed = self.spec.runtime.seed
        if data is not None and rows.groups is not None:
            return Sampling(seed, "groups", rows.groups)
        over_time = data is not None and (
            data.window is not None or data.split.method == "time" or data.split.by is not None
        )
        return Sampling(seed, "time" if over_time else "rows")

    def sliced(self) -> Mapping[str, Column]:
        """Return the columns by whose values the test rows are looked at."""
        if TESTED not in self.splits:
            return {}
        features, asked = self.dataset.splits[TESTED].features, self.spec.evaluation.slices
        if asked is None:
            first = features.take(slice(0, 0)).columns.items()
            plain = [name for name, one in first if not one.shape]
            return chosen_columns(features.select(plain).columns)
        return {name: features[name] for name in asked if name in features.columns}

    def permuted(
        self,
        heads: tuple[Head, ...],
        answers: Mapping[str, Mapping[str, Answers]],
        settled: Settled,
    ) -> Mapping[str, Importances]:
        """Return how much each output leans on each column; nothing unless it is asked for."""
        asked = self.spec.evaluation.importance
        if asked is False or TESTED not in self.splits:
            return {}
        assert self.spec.training is not None, "what was trained says how"
        given = Given(
            self.program,
            self.dataset.splits[TESTED].features,
            {head: answers[head.name][TESTED] for head in heads},
            settled.decisions,
            self.spec.training.batch_size,
        )
        return measure_importance(
            given, REPEATS if asked is True else asked, self.spec.runtime.seed
        )

    def reports(
        self,
        heads: tuple[Head, ...],
        answers: Mapping[str, Mapping[str, Answers]],
        settled: Settled,
        told: "Told",
    ) -> tuple[OutputReport, ...]:
        """Return what each output reached; see `report`."""
        leaned = self.permuted(heads, answers, settled)
        sampling, sliced = self.sampling(), self.sliced()
        return tuple(
            self.report(
                head,
                answers[head.name],
                settled,
                Beside(
                    told.baselines[head.name],
                    notes=told.notes[head.name],
                    naive=self.naive(head),
                    sampling=sampling,
                    columns=sliced,
                    importance=leaned.get(head.name, NOT_ASKED),
                ),
            )
            for head in heads
        )

    def report(
        self, head: Head, answers: Mapping[str, Answers], settled: Settled, beside: Beside
    ) -> OutputReport:
        """Return what one output reached.

        Args:
            head: what the output predicts.
            answers: split -> its answers.
            settled: how it answers.
            beside: all that the figures stand beside, its notes those of the calibration.
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
        reached = judge(head, answers, replace(beside, declared=declared, notes=notes))
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
    reports = judging.reports(heads, answers, settled, Told(baselines, told))
    there = {name: one for name, one in baselines.items() if one is not None}
    return Judged(heads, answers, reports, settled, there)


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


def answer_new_rows(program: Program, head: Head, predicted: Predicted, split: Split) -> Answers:
    """Return one output's answers for rows without targets; a reconstruction's are its inputs."""
    fit = program.fitted.targets[head.name]
    target = reconstructed(program, split.features, fit) if fit.reconstructs else None
    mask = predicted.masks.get(program.outputs[head.name])
    words = isinstance(head, ClassPerPosition) and head.of_words
    counted = find_words(program.fitted, split.features) if words else None
    truth = Truth(target, cut_to(head, mask, counted))
    return answers_of(program, head, predicted, split.rows, truth)
