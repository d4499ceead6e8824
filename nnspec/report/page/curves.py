"""Floor 8, curves: what each epoch reached, with the best one marked."""

import numpy as np
from numpy.typing import NDArray

from nnspec.report.page.axes import Floats, Plot, span, wants_log
from nnspec.report.page.pieces import Figure
from nnspec.report.page.svg import line, plain, text
from nnspec.run.numerals import show_figure, show_title

VALIDATION = "val_"
MOST_POINTS = 400
"""Epochs that a curve is drawn through: of more, the least and the largest of each stretch."""
MOST_CURVES = 6
SETTINGS = {"learning_rate"}
"""Columns that say how an epoch was trained, not what it reached."""
Whole = NDArray[np.intp]


def draw_curves(history: dict[str, Floats]) -> tuple[list[Figure], str]:
    """Return a picture for each figure of a history, and what is left out."""
    epochs = history.get("epoch")
    if epochs is None or len(epochs) < 2:  # noqa: PLR2004  a line has two ends
        return [], "One epoch is no curve." if epochs is not None and len(epochs) else ""
    names = [name for name in history if _drawn(name, history)]
    names.sort(key=lambda one: one != "loss")
    best = best_epoch(history)
    shown = [_curve(name, history, best) for name in names[:MOST_CURVES]]
    rest = len(names) - len(shown)
    return shown, f"{rest} more figures of the epochs stand in history.csv." if rest > 0 else ""


def best_epoch(history: dict[str, Floats]) -> float | None:
    """Return the epoch of the least validation loss, or loss, which is the one that is kept."""
    losses = history.get(f"{VALIDATION}loss", history.get("loss"))
    if losses is None or not np.isfinite(losses).any():
        return None
    return float(history["epoch"][int(np.nanargmin(losses))])


def thinned(values: Floats, most: int = MOST_POINTS) -> Whole:
    """Return the places of at most so many values: the extremes of each stretch, and both ends."""
    if len(values) <= most:
        return np.arange(len(values))
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), most // 2):
        piece = values[part]
        if np.isfinite(piece).any():
            kept |= {int(part[np.nanargmin(piece)]), int(part[np.nanargmax(piece)])}
    return np.array(sorted(kept), np.intp)


def _drawn(name: str, history: dict[str, Floats]) -> bool:
    if name == "epoch" or not np.isfinite(history[name]).any():
        return False
    if name in SETTINGS and np.ptp(history[name]) == 0:
        return False
    return not (name.startswith(VALIDATION) and name.removeprefix(VALIDATION) in history)


def _curve(name: str, history: dict[str, Floats], best: float | None) -> Figure:
    epochs, train = history["epoch"], history[name]
    watched = history.get(f"{VALIDATION}{name}")
    both = [train] if watched is None else [train, watched]
    log = wants_log(np.concatenate(both))
    low, high = span(*both)
    if log:
        low = float(min(np.nanmin(one) for one in both)) * 0.9
        high = float(max(np.nanmax(one[np.isfinite(one)]) for one in both)) * 1.1
    ends = (float(epochs[0]), float(epochs[-1]))
    title = plain(show_title(name))
    scale = "logarithmic scale" if log else ""
    plot = Plot(f"{title} by epoch", ends, (low, high), ("epoch", scale), log, whole=True)
    parts = []
    keys = [("training", "line first")]
    if best is not None:
        x = plot.x.at(best)
        parts.append(line((x, plot.y.start), (x, plot.y.end), "mark"))
        anchor = "end" if x > plot.size[0] * 0.7 else "start"
        parts.append(
            text(x + (4 if anchor == "start" else -4), 36, f"best: {best:.0f}", "tick", anchor)
        )
    for values, style in zip(both, ("line first", "line second"), strict=False):
        some = thinned(values)
        parts.append(plot.path(epochs[some], values[some], style))
    if watched is not None:
        keys.append(("validation", "line second"))
    return Figure(title, plot.drawn(parts, keys), _says(name, history, best))


def _says(name: str, history: dict[str, Floats], best: float | None) -> str:
    watched = f"{VALIDATION}{name}" if f"{VALIDATION}{name}" in history else name
    values = history[watched]
    rows = "on the validation rows" if watched != name else "on the training rows"
    if best is None or name in SETTINGS:
        return ""
    place = int(np.flatnonzero(history["epoch"] == best)[0])
    at_best, last = show_figure(float(values[place])), show_figure(float(values[-1]))
    if best == history["epoch"][-1]:
        return f"{at_best} {rows} in the last epoch, which is the best."
    return f"{at_best} {rows} in the best epoch, {best:.0f}; {last} in the last."
