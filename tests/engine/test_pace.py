"""The length of a chunk of steps, by how long the steps before it took."""

import pytest

from nnspec.engine.pace import Pace


def test_before_any_chunk_was_timed_two_steps_run_at_most() -> None:
    assert [Pace().steps(left) for left in (1, 2, 100)] == [1, 2, 2]


def test_a_chunk_grows_sixteenfold_until_it_lasts_a_third_of_a_second() -> None:
    pace, lengths = Pace(), list[int]()
    for _ in range(5):
        lengths.append(pace.steps(10**6))
        pace.learn(lengths[-1], lengths[-1] * 2**-13)
    assert lengths == [2, 32, 512, 2867, 2867], "0.35 s of 8192 steps a second"
    assert pace.steps(700) == 700, "no more than remain"


@pytest.mark.parametrize(("seconds", "steps"), [(0.1, 3), (0.2, 1), (0.34, 1), (0.5, 1), (9.0, 1)])
def test_slow_steps_run_one_by_one(seconds: float, steps: int) -> None:
    pace = Pace()
    pace.learn(2, 2 * seconds)
    assert pace.steps(100) == steps


def test_the_time_of_a_step_is_the_mean_of_what_was_known_and_the_last_chunk() -> None:
    pace = Pace()
    pace.learn(2, 0.02)
    pace.learn(4, 0.2)
    assert pace.seconds_per_step == pytest.approx(0.03)
    pace.learn(0, 5.0)
    assert pace.seconds_per_step == pytest.approx(0.03), "no step, nothing learned"
    assert pace.steps(1000) == 11


def test_a_short_last_chunk_of_an_epoch_does_not_shorten_those_to_come() -> None:
    pace = Pace()
    for steps in (2, 32, 1):
        pace.learn(steps, steps * 1e-6)
    assert pace.steps(10**6) == 32 * 16


def test_a_clock_too_coarse_for_a_chunk_lets_it_grow_as_any_other() -> None:
    pace = Pace()
    pace.learn(2, 0.0)
    assert pace.steps(10**6) == 32
