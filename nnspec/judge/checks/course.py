"""Floor 8, checks of the curve: what the losses by epoch say about rate, length and end."""

import numpy as np

from nnspec.judge.answers import Floats
from nnspec.judge.checks.chance import CERTAIN, deviations, standard_error
from nnspec.judge.checks.check import Check, Finding
from nnspec.judge.checks.evidence import LOSS, VALIDATED, Course, Evidence

FEWEST = 8
"""Epochs from which a curve has two halves of four, the least that a spread is taken of."""


class PastBest(Check):
    """The validation loss rose again after its best epoch, and the last weights are kept.

    Found where the mean of the last tenth of the epochs (3 at least) is above the minimum by a
    tenth, and by 3 deviations of what those epochs differ by among themselves: a tenth of a mean
    squared error is a twentieth of the error itself, below which nobody would train again.
    """

    code = "C105"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether there is a validation loss, and nothing puts the best weights back."""
        course = evidence.course
        if course.restored:
            return "the weights of the best epoch are put back"
        return too_short(course, VALIDATED)

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare the end of the validation loss with its minimum."""
        curve = evidence.course.curve(VALIDATED)
        best = int(curve.argmin())
        end = curve[-max(3, len(curve) // 10) :]
        rise = end.mean() - curve[best]
        if best >= len(curve) - len(end) or rise <= 0.1 * abs(curve[best]):
            return None
        if rise <= CERTAIN * end.std(ddof=1):
            return None
        says = (
            f"the validation loss was lowest after epoch {best + 1} of {len(curve)} "
            f"({curve[best]:.4g}); over the last {len(end)} it is {end.mean():.4g}"
        )
        return Finding(
            says, {"best_epoch": best + 1, "best": curve[best], "end": float(end.mean())}
        )


class StillFalling(Check):
    """The last planned epoch came while the loss was still going down.

    The last fifth of the epochs is cut in two. Found where the second half lies below the first by
    3 standard errors, holds the minimum, and lies lower by a fiftieth of all that the training won:
    at that pace as many epochs again would win a fifth of it, ten such steps. It must also be a
    thousandth of the loss: less would show in no figure of a report.
    """

    code = "C110"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether the training went on to its last planned epoch."""
        course = evidence.course
        if not course.descends:
            return "the steps of its rule shrink to the last epoch, however many there are"
        if course.epochs < course.planned:
            return "the training ended before its last planned epoch"
        return too_short(course, course.watched)

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare both halves of the last epochs."""
        name = evidence.course.watched
        curve = evidence.course.curve(name)
        window = max(FEWEST, len(curve) // 5)
        first, second = np.array_split(curve[-window:], 2)
        won = curve[0] - curve.min()
        drop = first.mean() - second.mean()
        errors = (standard_error(detrended(first)), standard_error(detrended(second)))
        least = max(won / 50, abs(second.mean()) / 1000)
        if drop <= least or deviations(drop, *errors) < CERTAIN:
            return None
        if curve.argmin() < len(curve) - len(second):
            return None
        says = (
            f"{shown(name)} fell from {first.mean():.4g} to {second.mean():.4g} within the last "
            f"{window} of {len(curve)} epochs, and the last planned epoch ended it"
        )
        return Finding(says, {"before": float(first.mean()), "after": float(second.mean())})


class FirstBest(Check):
    """The first epoch has the lowest validation loss.

    By chance that is so in one of as many trainings as there are epochs, where nothing is learned;
    so the other epochs must also lie above it by a twentieth, and four of five of them by more than
    2 of the deviations that neighbouring epochs differ by.
    """

    code = "C111"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether there is a validation loss."""
        return too_short(evidence.course, VALIDATED)

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare the first epoch with all others."""
        curve = evidence.course.curve(VALIDATED)
        if curve.argmin() != 0:
            return None
        rest = curve[1:]
        bound = max(0.05 * abs(curve[0]), 2 * roughness(rest))
        if float((rest - curve[0] > bound).mean()) < 0.8:  # noqa: PLR2004  four of five
            return None
        says = (
            f"the validation loss was lowest after the first of {len(curve)} epochs "
            f"({curve[0]:.4g}); the median of the others is {np.median(rest):.4g}"
        )
        return Finding(says, {"first": curve[0], "others": float(np.median(rest))})


class RateTooHigh(Check):
    """The training loss jumps or rises in place of settling.

    Looked at is the second half of the epochs without its trend. Found where epochs differ there by
    more than a tenth both of all that the training won and of the loss itself: an epoch averages
    over all rows, so that order of rows and Dropout move it by about a deviation of row losses
    divided by the root of the rows, less than a tenth from 100 rows on. Or where the end is above
    the beginning by a tenth and the minimum came before the middle.
    """

    code = "C112"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether a gradient is followed, over enough epochs."""
        return without_rate(evidence.course)

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at how the second half of the training loss moves."""
        curve = evidence.course.curve(LOSS)
        half = curve[len(curve) // 2 :]
        level = float(np.median(half))
        won = float(curve[0] - curve.min())
        jump = float(detrended(half).std(ddof=1))
        if jump > 0.1 * won and jump > 0.1 * abs(level):
            says = (
                f"the training loss jumps by {jump:.3g} from epoch to epoch about {level:.3g} in "
                f"the second half of the {len(curve)} epochs; all it won is {won:.3g}"
            )
            return Finding(says, {"jump": jump, "level": level, "won": won})
        if level > 1.1 * curve[0] and curve.argmin() < len(curve) // 2:
            says = f"the training loss rose from {curve[0]:.4g} to {level:.4g}"
            return Finding(says, {"first": curve[0], "level": level})
        return None


class RateTooLow(Check):
    """The training loss fell along a straight line to the last planned epoch.

    A training that nears its minimum like exp(-k * epoch) loses in the second half exp(-k * n / 2)
    of what it loses in the first. Found where that is 0.6 and more, hence k * n below 1.02: the way
    was at most 1 - 1/e, 64 percent of what there is to win. Nine of ten epochs must have fallen.
    """

    code = "C113"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether a gradient is followed to the last planned epoch."""
        course = evidence.course
        if course.epochs < course.planned:
            return "the training ended before its last planned epoch"
        return without_rate(course)

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare what both halves won."""
        curve = evidence.course.curve(LOSS)
        middle = curve[len(curve) // 2]
        before, after = float(curve[0] - middle), float(middle - curve[-1])
        falling = float((np.diff(curve) < 0).mean())
        if before <= 0 or after < 0.6 * before or falling < 0.9:  # noqa: PLR2004  see above
            return None
        says = (
            f"the training loss fell by {before:.3g} in the first half of the {len(curve)} epochs "
            f"and by {after:.3g} in the second, to {curve[-1]:.4g}: it does not bend yet"
        )
        return Finding(says, {"first_half": before, "second_half": after, "loss": curve[-1]})


def too_short(course: Course, name: str) -> str | None:
    """Return why a figure's curve says nothing, None where it does."""
    count = len(course.curve(name))
    if not count:
        return f"there is no {shown(name).removeprefix('the ')}"
    return f"{count} epochs are no curve; {FEWEST} would be" if count < FEWEST else None


def without_rate(course: Course) -> str | None:
    """Return why no learning rate shows in the training loss, None where it does."""
    return too_short(course, LOSS) if course.descends else "no learning rate is followed"


def shown(name: str) -> str:
    """Return a loss in words."""
    return "the validation loss" if name == VALIDATED else "the training loss"


def detrended(curve: Floats) -> Floats:
    """Return a curve without the straight line that fits it best."""
    places = np.arange(len(curve)) - (len(curve) - 1) / 2
    slope = float((places * curve).sum() / (places**2).sum())
    found: Floats = curve - curve.mean() - slope * places
    return found


def roughness(curve: Floats) -> float:
    """Return the deviation of a curve's epochs, by what neighbours differ by."""
    steps = np.diff(curve)
    return float(np.sqrt((steps**2).mean() / 2)) if len(steps) else 0.0


def wiggle(curve: Floats) -> float:
    """Return the deviation of the last third of a curve about its line."""
    return float(detrended(curve[-max(FEWEST, len(curve) // 3) :]).std(ddof=1))
