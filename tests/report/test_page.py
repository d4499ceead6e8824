"""The page of a run: what it says, that it asks for nothing, and that names stay texts."""

import base64
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from told_runs import HOSTILE, KNOWN, Names, PageReader, told_classes, told_numbers

from nnspec.judge.interval import Difference, Interval
from nnspec.report.page.answered import Answered
from nnspec.report.page.facts import (
    Importance,
    RunFacts,
    Slice,
    read_history,
)
from nnspec.report.page.page import render_page
from nnspec.report.page.png import as_picture
from nnspec.report.written import encode_table

LARGEST = 400_000
Teller = Callable[[Names], RunFacts]
UNWRITTEN = "half \ud800 pair"


def test_what_no_file_can_hold_is_shown_as_a_sign_of_its_own() -> None:
    names = Names(UNWRITTEN, UNWRITTEN, ("a", "b"), (UNWRITTEN, "other"), (UNWRITTEN,))
    page = render_page(told_numbers(names))
    assert "half \ufffd pair" in page.decode()


@pytest.fixture(scope="module")
def plain() -> dict[Teller, PageReader]:
    return {told: PageReader(render_page(told(Names()))) for told in (told_numbers, told_classes)}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("told", [told_numbers, told_classes])
def test_a_name_is_never_more_than_text(
    told: Teller, name: str, plain: dict[Teller, PageReader]
) -> None:
    names = Names(name, name, (name, f"{name}!"), (name, "other"), (name,))
    hostile, harmless = PageReader(render_page(told(names))), plain[told]
    assert not hostile.unbalanced
    assert not hostile.open
    assert {tag for tag, _ in hostile.elements} <= KNOWN
    attributes = {key for _, given in harmless.elements for key in given}
    assert {key for _, given in hostile.elements for key in given} <= attributes
    for tag in ("script", "style", "a", "img", "svg", "section", "link", "meta"):
        assert hostile.count(tag) == harmless.count(tag)
    assert not set("\x00\x07\x1b\u202e\u2066\ud800") & set(hostile.text)


def test_the_page_allows_its_own_style_and_script_alone() -> None:
    page = render_page(told_numbers()).decode()
    reader = PageReader(page.encode())
    (policy,) = [
        given["content"]
        for tag, given in reader.elements
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for name in ("style", "script"):
        (inside,) = re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    held = [given for tag, given in reader.elements if {"style", "onclick"} & given.keys()]
    assert not held  # the policy would refuse them
    asked = [
        given[key] or "" for _, given in reader.elements for key in ("href", "src") if key in given
    ]
    assert all(one.startswith(("#", "data:")) for one in asked)


def test_the_headline_says_what_was_reached_beside_the_baselines() -> None:
    page = PageReader(render_page(told_numbers())).text
    assert "The network explains 99 % of the variance of price and errs by 1 on average" in page
    assert "ridge by 1.5; the mean by 25." in page
    assert "It does better than its best baseline, ridge: RMSE 1 against 2." in page
    assert "on 200 test rows, which the training never saw." in page


def test_a_network_that_its_baseline_beats_is_not_praised() -> None:
    facts = told_numbers()
    output = facts.told.first
    output.metrics["test"] = {"rmse": 40.0, "r2": -0.7, "mae": 30.0}  # type: ignore[index]
    page = PageReader(render_page(facts)).text
    assert "explains none of the variance of price and errs by 30 on average" in page
    assert "Its best baseline, ridge, does better: RMSE 40 against 2." in page


@pytest.mark.parametrize(("reached", "said"), [(0.99, "It does better"), (0.01, "does better:")])
def test_of_shares_the_larger_is_the_better(reached: float, said: str) -> None:
    facts = told_classes()
    output = facts.told.first
    figures = {**output.metrics["test"], "accuracy": reached}
    output.metrics["test"] = figures  # type: ignore[index]
    page = PageReader(render_page(facts)).text
    assert said in page
    assert ("Its best baseline" in page) == (reached < 0.5)


def test_the_best_epoch_is_that_of_the_least_validation_loss() -> None:
    page = PageReader(render_page(told_numbers())).text
    assert "best: 12" in page
    assert "in the best epoch, 12;" in page


def test_checks_are_shown_found_ones_first() -> None:
    page = PageReader(render_page(told_numbers())).text
    assert "1 thing to look at" in page
    assert page.index("Leak in price") < page.index("1 passed") < page.index("not applicable")


def test_curves_of_classes_have_scikit_learns_areas() -> None:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - a second

    from nnspec.report.page.classes import Ranked  # noqa: PLC0415

    draw = np.random.default_rng(3)
    held = draw.random(500) < 0.3
    shares = np.round(np.clip(held * 0.2 + draw.random(500), 0, 1), 1).astype(
        np.float64
    )  # with ties
    assert Ranked("a", held, shares).area() == pytest.approx(roc_auc_score(held, shares), abs=1e-12)


def test_the_largest_runs_stay_small_and_say_what_they_leave_out() -> None:
    facts = told_numbers(Names(columns=tuple(f"column {n}" for n in range(1_000))), targets=100)
    epochs = np.arange(1.0, 10_001.0)
    noisy = np.random.default_rng(0).random(10_000)
    history = {
        "epoch": epochs,
        "loss": noisy,
        "val_loss": noisy + 1,
        **{f"m{n}": noisy for n in range(30)},
    }
    page = render_page(replace(facts, history=history))
    text = PageReader(page).text
    assert len(page) < LARGEST
    assert "900 more columns are not shown." in text
    assert "96 more numbers of each row are not shown." in text
    assert "25 more figures of the epochs stand in history.csv." in text


def test_a_thousand_classes_are_shown_by_the_worst_and_the_commonest_confusions() -> None:
    names = Names(classes=tuple(f"class {n} {'x' * 150}" for n in range(1_000)))
    page = render_page(told_classes(names, rows=300))
    text = PageReader(page).text
    assert len(page) < LARGEST
    assert "960 more classes are not shown." in text
    assert "Commonest confusions" in text


def test_many_rows_are_drawn_by_chance_and_always_the_same() -> None:
    page = render_page(told_numbers(rows=20_000))
    assert len(page) < LARGEST
    assert "1,000 of 20,000 rows, drawn by chance." in PageReader(page).text
    assert page == render_page(told_numbers(rows=20_000))


@pytest.mark.parametrize(
    ("content", "epochs"),
    [(b"", 0), (b"epoch,loss\n", 0), (b"epoch,loss\n1,0.5\n2,0.", 2), (b"epoch,loss\n1,0.5\n2", 1)],
)
def test_a_history_that_a_kill_cut_short_is_read_as_far_as_it_goes(
    content: bytes, epochs: int
) -> None:
    assert len(read_history(content).get("epoch", [])) == epochs


def test_what_is_known_beyond_the_figures_is_shown_where_the_report_has_it() -> None:
    facts = told_numbers()
    output = replace(
        facts.told.first,
        intervals={"test": {"rmse": Interval(1.0, 0.8, 1.2)}},
        differences={"test": {"rmse": Difference("ridge", -0.1, -0.3, 0.1, "within noise")}},
        slices=(
            Slice("town", "<b>York</b>", 40, {"rmse": 0.9}),
            Slice("town", "Hull", 12, {"rmse": 3.0}, worse=True),
        ),
        importance_of="rmse",
        importance=(Importance("area", 2.5, 0.2), Importance("rooms", -0.1, 0.3)),
    )
    page = PageReader(
        render_page(replace(facts, told=replace(facts.told, outputs={"out": output})))
    )
    text = page.text
    assert "The difference from its best baseline, ridge, is within noise: RMSE -0.1000" in text
    assert text.index("Hull") < text.index("<b>York</b>")
    assert "How much worse RMSE becomes without a column" in text
    assert "2.500" in text


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (6, 4, 3), (100, 60, 3)])
def test_a_small_picture_holds_the_pixels_that_it_is_made_of(shape: tuple[int, ...]) -> None:
    from PIL import Image  # noqa: PLC0415

    values = np.random.default_rng(0).integers(0, 256, shape).astype(np.float64)
    content = as_picture(values, 0.0, 255.0)
    assert content
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    step = -(-max(shape[:2]) // 48)
    assert (found == values[::step, ::step].squeeze()).all()


@pytest.mark.parametrize("shape", [(5,), (1, 9), (5, 7, 2), (5, 7, 4), (2, 3, 4, 5)])
def test_what_is_no_picture_is_not_drawn(shape: tuple[int, ...]) -> None:
    assert as_picture(np.zeros(shape), 0.0, 1.0) is None


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
@pytest.mark.parametrize("told", [told_numbers, told_classes])
@pytest.mark.parametrize("ordered", [True, False])
def test_a_handful_of_rows_is_a_page_too(
    told: Callable[..., RunFacts], rows: int, *, ordered: bool
) -> None:
    page = PageReader(render_page(replace(told(rows=rows), ordered=ordered)))
    assert not page.unbalanced
    assert "nan" not in page.text
    assert ("test rows are few" in page.text) == (rows > 0)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e300, 1e-300, 1e300])
def test_a_target_that_never_changes_is_drawn(value: float) -> None:
    facts = told_numbers(rows=40)
    cells: dict[str, Sequence[object]] = {
        "row": list(range(40)),
        "target": [value] * 40,
        "prediction": [value] * 40,
    }
    answers = Answered.read(encode_table(list(cells.items())))
    page = render_page(replace(facts, answers=answers, ordered=True)).decode()
    assert "predicted against actual" in page
    assert not re.search(r"[\"M L]-?(?:nan|inf)\b", page)


@pytest.mark.parametrize("epochs", [1, 2, 3])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_history_with_figures_that_are_no_numbers_is_drawn(epochs: int, bad: float) -> None:
    numbers = np.arange(1.0, epochs + 1)
    broken = np.where(numbers == epochs, bad, numbers)
    history = {"epoch": numbers, "loss": broken, "val_loss": np.full(epochs, bad), "m": broken}
    page = render_page(replace(told_numbers(), history=history)).decode()
    assert not re.search(r"[\"M L]-?(?:nan|inf)\b", page)
