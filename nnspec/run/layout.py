"""Floor 8, the layout: what the files of a run folder are called."""

from typing import Literal

MANIFEST = "run.json"
LOCK = ".lock"
UNFINISHED = ".*.tmp"
"""Names of what was being written when a process was killed."""
SPEC = "spec.yaml"
"""The filled spec."""
WRITTEN = ("written.yaml", "written.json")
"""The spec as its author wrote it, in one of its two languages."""
PREPROCESSING = "preprocessing.json"
PROFILE = "profile.json"
"""What the training columns held, which new rows are compared with."""
DECISIONS = "decisions.json"
"""Above which probability each binary output answers with its second class."""
CALIBRATION = "calibration.json"
"""What the validation rows say about intervals and probabilities of each output."""
HISTORY = "history.csv"
REPORT = "report.json"
MARKDOWN = "report.md"
PAGE = "report.html"
CASES = "cases.json"
"""Small pictures of the test rows that went worst, for the page."""
PREDICTIONS = "predictions.csv"
MODEL = "model"
"""The folder of the SavedModel."""
Which = Literal["best", "last"]

CHECKPOINTS = "checkpoints"
STATES = (f"{CHECKPOINTS}/state-1.safetensors", f"{CHECKPOINTS}/state-2.safetensors")
"""The last two states of a training, written in turn; which is the later one, they say."""


def checkpoint_of(which: Which) -> str:
    """Return a checkpoint's path within the run folder."""
    return f"{CHECKPOINTS}/{which}.weights.h5"
