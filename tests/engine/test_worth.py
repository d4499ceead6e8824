"""When XLA and several cores pay, in figures: nothing is trained here."""

from dataclasses import replace

import pytest

from nnspec.diagnostics import Refused
from nnspec.engine import Plan
from nnspec.engine.choice import Choice, Machine, Traits, choose, shares_of, without_xla

DENSE = Traits("Functional", None, (), None, layers=10, gained=0.001, entangled=None, products=0)
"""Ten layers that XLA takes 0.8 · (1 + 0.1 · 10) = 1.6 s to compile, for 1 ms a step."""
WIDE = replace(DENSE, products=125_000)
"""4 million products in 32 rows."""
CPU = Machine("CPU", 2)


@pytest.mark.parametrize(
    ("layers", "gained", "steps", "worth"),
    [
        (10, 0.001, 1_599, False),
        (10, 0.001, 1_600, True),
        (5, 0.001, 1_190, False),
        (5, 0.001, 1_210, True),
        (0, 0.01, 79, False),
        (0, 0.01, 80, True),
        (10, 0.0, 10**9, False),
    ],
)
def test_xla_compiles_once_the_steps_earn_its_seconds_back(
    layers: int, gained: float, steps: int, *, worth: bool
) -> None:
    network = replace(DENSE, layers=layers, gained=gained)
    choice = choose(network, Plan(batch_size=8, epochs=steps), 8, CPU)
    assert choice.xla is worth
    told = (
        f"{steps} steps of dense or recurrent layers earn back the time to compile"
        if worth
        else f"{steps} steps are too few to earn back the time to compile"
    )
    assert choice.reasons == ("engine: many steps run in one call", f"XLA: {told}")


def test_partial_batches_count_as_steps_of_an_epoch() -> None:
    assert [Plan(batch_size=8).steps(rows) for rows in (1, 8, 9, 16, 17)] == [1, 1, 2, 2, 3]
    assert choose(DENSE, Plan(batch_size=8, epochs=800), 9, CPU).xla
    assert not choose(DENSE, Plan(batch_size=8, epochs=799), 9, CPU).xla


@pytest.mark.parametrize(
    ("batch", "cores", "shares"),
    [
        (32, 2, 2),
        (32, 1, 1),
        (32, 8, 2),
        (31, 2, 1),
        (33, 2, 1),
        (48, 4, 3),
        (50, 4, 2),
        (64, 4, 4),
        (64, 3, 2),
        (128, 4, 4),
    ],
)
def test_a_batch_is_cut_into_as_many_equal_shares_of_sixteen_rows_as_cores_can_take(
    batch: int, cores: int, shares: int
) -> None:
    assert shares_of(replace(WIDE, products=10**7), batch, cores) == shares


def test_shares_need_four_million_products_and_a_network_that_can_be_cut() -> None:
    assert shares_of(WIDE, 32, 2) == 2
    assert shares_of(replace(WIDE, products=124_999), 32, 2) == 1
    assert shares_of(replace(WIDE, entangled="a batch norm"), 32, 2) == 1


def test_shares_are_of_the_batch_that_the_rows_fill_and_only_where_xla_compiles_for_cores() -> None:
    plan = Plan(batch_size=64, epochs=10**6)
    choice = choose(WIDE, plan, 32, CPU)
    assert choice.shares == 2
    assert choice.reasons[-1] == "cores: each of 2 takes 16 rows of a batch"
    assert choice.route("CPU") == "fused on CPU, with XLA, batches in 2 shares"
    assert choose(WIDE, plan, 16, CPU).shares == 1
    assert choose(WIDE, replace(plan, xla="off"), 64, CPU).shares == 1
    on_gpu = choose(WIDE, plan, 64, Machine("GPU", 2))
    assert (on_gpu.shares, on_gpu.route("GPU")) == (1, "fused on GPU, with XLA")


def test_what_is_asked_for_comes_before_what_pays() -> None:
    required = choose(DENSE, Plan(xla="required"), 8, CPU)
    assert (required.xla, required.required) == (True, True)
    assert required.reasons[-1] == "XLA: required was asked for"
    assert not choose(DENSE, Plan(epochs=10**6), 8, CPU).required
    off = choose(DENSE, Plan(xla="off", epochs=10**6), 8, Machine("GPU", 2))
    assert (off.xla, off.route("GPU")) == (False, "fused on GPU, without XLA")
    kept = replace(DENSE, obstacles=("one", "two"))
    assert choose(kept, Plan(), 8, Machine("GPU", 2)).reasons[-1] == "XLA: one; two"
    slow = replace(DENSE, slow='"c" (Conv2D)')
    assert not choose(slow, Plan(epochs=10**6), 8, CPU).xla
    assert choose(slow, Plan(), 8, Machine("GPU", 2)).xla


def test_a_model_with_a_step_of_its_own_runs_in_keras_alone() -> None:
    own = replace(DENSE, kind="Mine", own_step="train_step")
    choice = choose(own, Plan(epochs=10**6), 8, CPU)
    assert (choice.engine, choice.xla, choice.shares) == ("keras", False, 1)
    assert choice.reasons == (
        "engine: the model has its own train_step, which only Model.fit calls",
    )
    asked = choose(DENSE, Plan(engine="keras", epochs=10**6), 8, CPU)
    assert (asked.engine, asked.xla) == ("keras", False)
    assert choose(DENSE, Plan(engine="fused"), 8, CPU).engine == "fused"
    with pytest.raises(Refused, match="cannot run Mine, which has its own train_step"):
        choose(own, Plan(engine="fused"), 8, CPU)
    with pytest.raises(Refused, match="cannot compile this training: engine: the model has"):
        choose(own, Plan(xla="required"), 8, CPU)


def test_what_xla_refuses_in_the_end_is_told_in_a_line_of_200_characters() -> None:
    before = Choice("fused", xla=True, reasons=("engine: e", "XLA: x", "cores: c"), shares=2)
    after = without_xla(before, RuntimeError("\n" + "n" * 300 + "\nsecond line\n"))
    told = f"XLA: it was tried and could not compile the step ({'n' * 200})"
    assert (after.xla, after.shares, after.reasons) == (False, 1, ("engine: e", told))
    with pytest.raises(Refused, match=r"training: n{200} \[") as caught:
        without_xla(replace(before, required=True), RuntimeError("n" * 300))
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("R105", ("runtime", "xla"))
