"""Floor 5: callbacks against the figures, the epochs and one another."""

from collections.abc import Iterator
from typing import TypeVar

from nnspec.catalog.callbacks import (
    Callback,
    EarlyStopping,
    Monitoring,
    ReduceLROnPlateau,
    SwapEMAWeights,
)
from nnspec.catalog.schedules import Schedule
from nnspec.diagnostics import Diagnostic, Path
from nnspec.document import shorten
from nnspec.language.near_names import suggest
from nnspec.rules.case import Case
from nnspec.rules.figures import VALIDATION, computed, has_validation, shown
from nnspec.rules.rule import rule

Kind = TypeVar("Kind", bound=Callback)


def callbacks(case: Case, kind: type[Kind]) -> Iterator[tuple[Kind, Path]]:
    """Give the callbacks of a class, with their places."""
    for index, callback in enumerate(case.training.callbacks if case.training else ()):
        if isinstance(callback, kind):
            yield callback, ("training", "callbacks", index)


@rule("T101")
def check_monitor(case: Case) -> Iterator[Diagnostic]:
    """Find callbacks that watch a figure that nobody computes."""
    known = computed(case)
    places, written = case.spec.positions, ("training", "metrics")
    if places.doubts(*written) and places.spans.get(written, None) in {None, *places.doubted}:
        return
    for callback, path in callbacks(case, Monitoring):
        name = callback.monitor
        if name.removeprefix(VALIDATION) in known:
            continue
        names = shown(case, validation=has_validation(case) is not False)
        message = (
            f"{callback.keras_name} watches {shorten(name)!r}, which is not computed; "
            f"computed: {', '.join(names)}"
        )
        hint = meant(name, names)
        yield Diagnostic("T101", message, case.place(*path, "monitor"), hint)


def meant(name: str, names: list[str]) -> str | None:
    """Return the hint for a figure that is not computed: Keras 1's short name first."""
    long = name.removesuffix("acc") + "accuracy" if name.endswith("acc") else name
    if long in names:
        return f"did you mean {long}?"
    near = suggest(name, names)
    return near if near.startswith("did you mean") else "watch one of these, or add the metric"


@rule("T104")
def check_validation(case: Case) -> Iterator[Diagnostic]:
    """Find callbacks that watch validation rows where there are none."""
    if has_validation(case) is not False:
        return
    known = computed(case)
    for callback, path in callbacks(case, Monitoring):
        name = callback.monitor
        if name.startswith(VALIDATION) and name.removeprefix(VALIDATION) in known:
            message = (
                f"{callback.keras_name} watches {name}, and no rows are kept for validation "
                "(split.validation is 0)"
            )
            also = case.also("the split is here", "data", "split", "validation")
            hint = f"give split.validation a share, or write monitor: {name[len(VALIDATION) :]}"
            yield Diagnostic("T104", message, case.place(*path, "monitor"), hint, also)


@rule("T105", "T124")
def check_patience(case: Case) -> Iterator[Diagnostic]:
    """Find callbacks that would act only after the last epoch."""
    epochs = case.training.epochs if case.training else 0
    for callback, path in callbacks(case, Monitoring):
        patience = getattr(callback, "patience", 0)
        start = getattr(callback, "start_from_epoch", 0)
        if start + patience < epochs:
            continue
        code, effect = "T124", "never acts"
        if getattr(callback, "restore_best_weights", None) is False:
            code = "T105"
        elif isinstance(callback, EarlyStopping):
            effect = "only puts back the best weights at the end"
        waits = f"patience {patience}" + f" from epoch {start}" * bool(start)
        message = f"{callback.keras_name} with {waits} {effect}: the training has {epochs} epoch(s)"
        also = case.also("the epochs are here", "training", "epochs")
        hint = f"write a patience well below {epochs}, or more epochs"
        place = case.place(*path, "patience" if patience else "start_from_epoch")
        yield Diagnostic(code, message, place, hint, also)


@rule("T103")
def check_schedules(case: Case) -> Iterator[Diagnostic]:
    """Find a schedule and a callback that both decide the learning rate."""
    if case.training is None or not isinstance(case.training.optimizer.learning_rate, Schedule):
        return
    schedule = case.training.optimizer.learning_rate.keras_name
    first = case.place("training", "optimizer", "learning_rate")
    for _, path in callbacks(case, ReduceLROnPlateau):
        second = case.place(*path)
        lines = ""
        if first and second:
            lines = f" (line {first.start.line} and line {second.start.line})"
        message = f"two schedules decide the learning rate: {schedule} and ReduceLROnPlateau{lines}"
        also = case.also(f"{schedule} is here", "training", "optimizer", "learning_rate")
        hint = "keep one: a plain number as learning_rate, or no ReduceLROnPlateau"
        yield Diagnostic("T103", message, second, hint, also)


@rule("T114")
def check_best_weights(case: Case) -> Iterator[Diagnostic]:
    """Find early stops that keep the last weights, not the best."""
    for callback, path in callbacks(case, EarlyStopping):
        epochs = case.training.epochs if case.training else 0
        if not callback.restore_best_weights and 1 < callback.patience < epochs:
            message = (
                f"EarlyStopping keeps the weights of the last epoch, {callback.patience} epochs "
                "past the best"
            )
            yield Diagnostic("T114", message, case.place(*path), "add restore_best_weights: true")


@rule("T115")
def check_plateau_order(case: Case) -> Iterator[Diagnostic]:
    """Find training that stops before its learning rate is ever lowered."""
    for plateau, path in callbacks(case, ReduceLROnPlateau):
        for stop, other in callbacks(case, EarlyStopping):
            if plateau.monitor == stop.monitor and plateau.patience >= max(stop.patience, 1):
                message = (
                    f"ReduceLROnPlateau waits {plateau.patience} epochs; EarlyStopping ends "
                    f"the training after {stop.patience}"
                )
                also = case.also("EarlyStopping is here", *other)
                hint = f"write a patience below {max(stop.patience, 2)}"
                yield Diagnostic("T115", message, case.place(*path, "patience"), hint, also)


@rule("T116")
def check_lowest_rate(case: Case) -> Iterator[Diagnostic]:
    """Find a lowest learning rate that is not below the first."""
    rate = case.training.optimizer.learning_rate if case.training else None
    for plateau, path in callbacks(case, ReduceLROnPlateau):
        if isinstance(rate, float) and plateau.min_lr >= rate:
            message = (
                f"min_lr {plateau.min_lr:g} is not below the learning rate {rate:g}, "
                "so it is never lowered"
            )
            also = case.also("the rate is here", "training", "optimizer", "learning_rate")
            place = case.place(*path, "min_lr")
            yield Diagnostic("T116", message, place, f"write min_lr: {rate / 100:g}", also)


@rule("T117")
def check_average(case: Case) -> Iterator[Diagnostic]:
    """Find a callback that swaps in an average that is not kept."""
    for _, path in callbacks(case, SwapEMAWeights):
        if case.training and not case.training.optimizer.use_ema:
            message = "SwapEMAWeights needs an optimizer with use_ema: true; found false"
            also = case.also("the optimizer is here", "training", "optimizer")
            hint = "add use_ema: true to the optimizer"
            yield Diagnostic("T117", message, case.place(*path), hint, also)


@rule("T118")
def check_mode(case: Case) -> Iterator[Diagnostic]:
    """Find callbacks that are told the wrong way to be the better one."""
    known = computed(case)
    for callback, path in callbacks(case, Monitoring):
        better = known.get(callback.monitor.removeprefix(VALIDATION))
        if better and callback.mode not in ("auto", better):
            message = (
                f"mode: {callback.mode} takes a {'large' if better == 'min' else 'small'} "
                f"{callback.monitor} for a good one"
            )
            place = case.place(*path, "mode")
            yield Diagnostic("T118", message, place, f"write mode: {better}, or auto")


@rule("T119")
def check_twice(case: Case) -> Iterator[Diagnostic]:
    """Find two callbacks of one kind that watch the same figure."""
    first: dict[tuple[str, str], Path] = {}
    for callback, path in callbacks(case, Callback):
        key = (callback.keras_name, getattr(callback, "monitor", ""))
        if key in first:
            watched = f" for {key[1]}" * bool(key[1])
            message = f"there are two {key[0]}{watched}; the one that acts first wins"
            also = case.also("the other one is here", *first[key])
            yield Diagnostic("T119", message, case.place(*path), "remove one", also)
        first.setdefault(key, path)
