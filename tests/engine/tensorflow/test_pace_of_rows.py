"""Rows that are run as they lie: in calls that grow, the first of which was traced."""

from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.pace import FIRST_STEPS, GROWTH, Pace
from nnspec.engine.tensorflow.source import run_all


class Told:
    """A source that remembers what it was asked for."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.stretches: list[Stretch] = []

    def begin(self, order: Rows) -> None:
        raise AssertionError(f"rows as they lie have no order, {order}")

    def run(self, stretch: Stretch) -> Report:
        self.stretches.append(stretch)
        return Report(None, {"seen": len(self.stretches)})

    def rewind(self) -> int:
        return self.steps


def test_the_first_call_which_is_traced_teaches_no_pace() -> None:
    pace = Pace()
    run_all(Told(FIRST_STEPS), pace)
    assert pace == Pace()


def test_later_calls_teach_it_and_grow() -> None:
    source, pace = Told(FIRST_STEPS * (2 + GROWTH)), Pace()
    assert run_all(source, pace).logs == {"seen": 3}
    assert pace.seconds_per_step is not None
    sizes = [(one.first, one.steps, one.fresh) for one in source.stretches]
    assert sizes == [
        (0, FIRST_STEPS, True),
        (FIRST_STEPS, FIRST_STEPS, False),
        (2 * FIRST_STEPS, GROWTH * FIRST_STEPS, False),
    ]
