"""Whether a run goes on from its state, begins anew, or is refused; and what is said of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nnspec.catalog.callbacks import SwapEMAWeights
from nnspec.catalog.kohonen import Kohonen
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.engine import Snapshot
from nnspec.pipeline import resume
from nnspec.pipeline.changes import Changes, completed, differences
from nnspec.pipeline.resume import Asked, Found, refuse_changes, tell_anew, usable, with_route

pytestmark = pytest.mark.keras
STATE = Snapshot(3, 1, {}, route="fused on CPU")


def prepared(*callbacks: Any, rule: Any = None, epochs: int = 9_000) -> Any:
    training = SimpleNamespace(callbacks=callbacks, rule=rule, epochs=epochs)
    return SimpleNamespace(spec=SimpleNamespace(data=object(), training=training))


@pytest.fixture(autouse=True)
def _route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "route_now", lambda _: "fused on CPU")


def swapping(*, on_epoch: bool) -> SwapEMAWeights:
    return SwapEMAWeights(swap_on_epoch=on_epoch)


@pytest.mark.parametrize(
    ("state", "given", "epochs", "why"),
    [
        (STATE, prepared(), (5, 9_000), ""),
        (STATE, prepared(rule=Kohonen()), None, ""),
        (STATE, prepared(rule=Kohonen()), (5, 9), "the radius of a map falls over all epochs"),
        (STATE, prepared(swapping(on_epoch=True)), (4, 9), ""),
        (
            STATE,
            prepared(swapping(on_epoch=True)),
            (3, 9),
            "SwapEMAWeights has put averages in the weights' place",
        ),
        (STATE, prepared(swapping(on_epoch=False)), (3, 9), ""),
        (
            Snapshot(3, 1, {}, route="keras on CPU"),
            prepared(),
            (5, 9_000),
            "for 9,000 epochs the steps run fused on CPU, and ran keras on CPU",
        ),
        (Snapshot(3, 1, {}, route="keras on CPU"), prepared(), None, ""),
    ],
)
def test_a_state_is_of_use_where_it_leads_where_a_new_training_would(
    state: Snapshot, given: Any, epochs: tuple[int, int] | None, why: str
) -> None:
    found = usable(Found(state, 1), given, Changes(epochs))
    assert (found.why, found.slot) == (why, 1)
    assert (found.snapshot is None) is bool(why)
    nothing = Found(None, 0, "none")
    assert usable(nothing, given, Changes(epochs)) is nothing


def test_another_program_is_a_change_of_what_computes() -> None:
    changes = Changes(None, computed=("keras was 1 and is 2",))
    assert with_route(changes, Found(STATE, 0), prepared()) is changes
    assert with_route(changes, Found(None, 0), prepared()) is changes
    other = Found(Snapshot(0, 0, {}, route="keras on CPU"), 0)
    assert with_route(changes, other, prepared()).computed == (
        "keras was 1 and is 2",
        "the steps ran keras on CPU and would run fused on CPU",
    )


def told(found: Found, asked: Asked, changes: Changes, parts: Any = ()) -> tuple[str, str]:
    """Return code and message of a refusal; nothing where the run may go on."""
    folder: Any = SimpleNamespace(path=Path("runs/a"), manifest=SimpleNamespace(parts=parts))
    try:
        refuse_changes(folder, found, asked, changes)
    except Refused as refused:
        (one,) = refused.diagnostics
        return one.code, one.message
    return "", ""


def test_fewer_epochs_than_were_trained_are_refused() -> None:
    state = Found(Snapshot(1_234, 0, {}), 0)
    assert told(state, Asked(), Changes((2_000, 1_233))) == (
        "A134",
        '"runs/a" has trained 1,234 epochs; 1,233 were asked for',
    )
    assert told(state, Asked(), Changes((1_000, 1_234))) == ("", "")
    assert told(Found(None, 0, "no state"), Asked(), Changes((9, 1))) == ("", "")


def test_changes_are_refused_unless_they_are_allowed() -> None:
    changes = Changes(None, ("a was 1 and is 2",), ("the data has changed",), ("keras differs",))
    assert told(Found(STATE, 0), Asked(), changes) == (
        "A131",
        (
            '"runs/a" does not go on as it began: '
            "a was 1 and is 2; the data has changed; keras differs"
        ),
    )
    assert told(Found(STATE, 0), Asked(allow_changes=True), changes) == ("", "")
    code, message = told(Found(None, 0, "no state"), Asked(), changes)
    assert code == "A131"
    assert message.endswith("a was 1 and is 2; the data has changed"), "it is computed anew"
    assert told(Found(None, 0, "no state"), Asked(), Changes(None, computed=("x",))) == ("", "")


def test_a_run_that_began_with_another_ones_weights_does_not_begin_anew() -> None:
    anew = Found(None, 0, "its states are damaged")
    assert told(anew, Asked(), Changes(None), parts={"a": 1}) == (
        "A134",
        "its states are damaged, and its first weights were those of another run",
    )
    assert told(anew, Asked(spec=Path("s.yaml")), Changes(None), parts={"a": 1}) == ("", "")
    assert told(Found(STATE, 0), Asked(), Changes(None), parts={"a": 1}) == ("", "")


def test_that_a_training_begins_anew_is_said() -> None:
    said: list[Diagnostic] = []
    folder: Any = SimpleNamespace(path=Path("runs/a"))
    tell_anew(folder, Found(None, 0, "it was stopped"), Asked(tell=said.append))
    assert [(one.code, one.message) for one in said] == [
        ("A133", 'the training of "runs/a" begins anew: it was stopped')
    ]


def test_what_differs_is_named_by_its_place() -> None:
    before: dict[str, Any] = {"a": 1, "b": [1, {"c": 2}], "d": [1], "gone": 3}
    now: dict[str, Any] = {"a": 1, "b": [1, {"c": 5}], "d": [1, 2], "new": None, "more": 4}
    assert dict(differences(before, now)) == {
        "b.1.c": (2, 5),
        "d": ([1], [1, 2]),
        "gone": (3, None),
        "more": (None, 4),
    }
    assert completed({"a": [{"x": 1}]}, {"a": [{"x": 9, "y": 2}], "b": 3}) == {
        "a": [{"x": 1, "y": 2}],
        "b": 3,
    }
    assert completed({"a": [1]}, {"a": [1, 2]}) == {"a": [1]}
    assert completed(None, {"a": 1}) is None


def test_epochs_may_change_and_everything_else_is_said() -> None:
    changes = Changes((1, 2), ("s",), ("d",), ("c",))
    assert changes.said == ("s", "d", "c")
    assert changes.of_a_new_training == ("s", "d")
