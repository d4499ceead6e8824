"""Checks of a trained run, on evidence alone: each finds its fault, and nothing in a sound run."""

import json
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from planted import (
    FAULTY,
    FINE,
    TARGET,
    Planted,
    classes,
    course,
    graded,
    numbers,
    series,
    sound,
    sound_classes,
)
from scipy import stats

from nnspec.diagnostics.codes.verdict import VERDICT
from nnspec.judge.checks.chance import autocorrelation, rank_correlation, standard_error
from nnspec.judge.checks.check import Verdict
from nnspec.judge.checks.every import CHECKS, look_over
from nnspec.judge.checks.evidence import Evidence
from nnspec.spec.training import CheckCode

CODES = [one.code for one in VERDICT]


def verdict(code: str, evidence: Evidence) -> Verdict:
    return next(one for one in look_over(evidence) if one.code == code)


def found(evidence: Evidence) -> list[str]:
    return [one.code for one in look_over(evidence) if one.status == "found"]


def test_there_is_one_check_for_each_code_in_order_and_a_spec_can_leave_each_out() -> None:
    assert [one.code for one in CHECKS] == CODES == list(get_args(CheckCode))
    assert list(FAULTY) == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_check_finds_the_fault_that_was_planted_and_says_figures(code: str) -> None:
    told = verdict(code, FAULTY[code]())
    assert told.status == "found"
    assert any(sign.isdigit() for sign in told.says)
    assert told.figures
    assert told.reason
    assert told.remedy


@pytest.mark.parametrize("code", CODES)
def test_a_check_passes_a_sound_run_that_it_applies_to(code: str) -> None:
    assert verdict(code, FINE.get(code, sound)()).status == "passed"


@pytest.mark.parametrize("run", [sound, sound_classes, *FINE.values()])
def test_nothing_at_all_is_found_in_a_sound_run(run: Planted) -> None:
    assert found(run()) == []


def test_a_check_that_a_spec_leaves_out_is_not_listed() -> None:
    codes = [one.code for one in look_over(sound(), ["C108", "C124"])]
    assert codes == [one for one in CODES if one not in {"C108", "C124"}]


def test_what_does_not_apply_says_why() -> None:
    bare = Evidence(course())
    several = look_over(replace(bare, course=replace(bare.course, figures={})))
    assert {one.status for one in several} == {"not applicable"}
    assert all(one.says for one in several)


def test_findings_of_several_outputs_are_named_and_those_of_one_are_not() -> None:
    (first,) = FAULTY["C104"]().outputs
    second = replace(first, head=replace(first.head, name="rent"))
    run = replace(sound(), outputs=(first, second))
    assert verdict("C104", run).says.count("price: ") == 1
    assert {"price.excess", "rent.excess"} <= set(verdict("C104", run).figures)
    assert "excess" in verdict("C104", replace(run, outputs=(first,))).figures


def test_weights_put_back_make_a_rise_harmless() -> None:
    run = FAULTY["C105"]()
    assert verdict("C105", run).status == "found"
    restored = replace(run, course=replace(run.course, restored=True))
    assert verdict("C105", restored).status == "not applicable"


def test_an_early_end_is_not_taken_for_a_late_one() -> None:
    run = FAULTY["C110"]()
    stopped = replace(run, course=replace(run.course, planned=500))
    assert verdict("C110", stopped).status == "not applicable"


def test_figures_that_are_no_numbers_are_written_as_texts() -> None:
    run = FAULTY["C117"]()
    assert run.probe is not None
    broken = (replace(run.probe.gradients[0], gradient=float("inf")),)
    told = verdict("C117", replace(run, probe=replace(run.probe, gradients=broken)))
    assert told.figures["gradient"] == "inf"
    json.dumps(dict(told.figures), allow_nan=False)


def test_a_perfect_fit_and_a_loss_of_nothing_are_looked_over() -> None:
    perfect = numbers(TARGET, TARGET, TARGET)
    still = replace(perfect, course=course(loss=np.zeros(60), val_loss=np.zeros(60)))
    assert found(still) == []


def test_a_harder_split_is_no_overfit_where_a_linear_model_loses_as_much() -> None:
    run = FAULTY["C104"]()
    (output,) = run.outputs
    alike = replace(output, baselines={"ridge": output.losses})
    assert verdict("C104", replace(run, outputs=(alike,))).status == "passed"


def test_a_class_of_few_rows_may_be_missed() -> None:
    run = FAULTY["C119"]()
    (output,) = run.outputs
    few = {
        split: replace(one, target=np.full(len(one.rows), "no"))
        for split, one in output.answers.items()
    }
    assert verdict("C119", run).status == "found"
    assert verdict("C119", replace(run, outputs=(replace(output, answers=few),))).status == "passed"


def test_one_class_in_all_answers_is_constant() -> None:
    alike = {split: np.full(len(one), 0.3) for split, one in TARGET.items()}
    assert "C118" in found(classes(alike, TARGET))


def test_chance_alone_is_found_no_oftener_than_its_bounds_say() -> None:
    alarms = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        target = {split: random.normal(size=len(one)) for split, one in TARGET.items()}
        near = {split: one + 0.5 * random.normal(size=len(one)) for split, one in target.items()}
        far = {split: one + 0.9 * random.normal(size=len(one)) for split, one in target.items()}
        alarms += len(found(numbers(near, target, far)))
    assert alarms <= 0.05 * 40 * len(CHECKS) / 10


def test_the_error_of_a_mean_knows_that_rows_of_a_series_follow_one_another() -> None:
    means = []
    for seed in range(300):
        values = np.random.default_rng(seed).normal(size=220)
        for place in range(1, len(values)):
            values[place] += 0.7 * values[place - 1]
        means.append(values[20:].mean())
    assert standard_error(values, by_row=False) == pytest.approx(np.std(means), rel=0.35)
    assert standard_error(values) < 0.6 * np.std(means)


def test_correlations_are_those_of_scipy() -> None:
    random = np.random.default_rng(0)
    first, second = random.integers(0, 9, 80).astype(float), random.normal(size=80)
    expected = stats.spearmanr(first, second).statistic
    assert rank_correlation(first, second) == pytest.approx(expected, abs=1e-12)
    assert autocorrelation(np.arange(4.0), 0) == 0.0
    assert rank_correlation(np.ones(5), np.arange(5.0)) == 0.0


def test_residuals_of_a_series_are_looked_at_as_far_apart_as_is_predicted_ahead() -> None:
    assert verdict("C122", series(0.8)).figures["correlation"] == pytest.approx(0.8, abs=0.15)
    later = verdict("C122", replace(series(0.8), step=6))
    assert later.status == "passed"


def test_true_probabilities_pass_and_sure_ones_do_not() -> None:
    figures = verdict("C120", graded(4.0)).figures
    assert float(figures["stated"]) > float(figures["right"]) + 0.05
    assert verdict("C120", graded(1.0)).status == "passed"
