"""Floor 8, MLflow: runs and their figures in its own database, RUNS/.mlflow/mlflow.db.

`mlflow ui --backend-store-uri sqlite:///RUNS/.mlflow/mlflow.db` shows them. What MLflow would
report of its use to its makers is switched off.
"""

import logging
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from nnspec.run.tracking.tracking import Tracked, Tracker

FOLDER, DATABASE = ".mlflow", "mlflow.db"
LONGEST = 500
"""Signs of a setting that MLflow takes."""
LONGEST_NAME = 250
_OTHERS = re.compile(r"[^\w. /-]", re.ASCII)
AT_ONCE = 100
"""Settings that it takes in one call."""


class MLflow:
    """Writes to a database in a file."""

    def __init__(self) -> None:
        self._client: MlflowClient | None = None
        self._run = ""
        self._last = 0

    def begin(self, run: Tracked) -> None:
        """Begin a run of the experiment that is called like the spec."""
        place = (run.runs / FOLDER).resolve()
        place.mkdir(parents=True, exist_ok=True)
        client = self._client = MlflowClient(tracking_uri=f"sqlite:///{place / DATABASE}")
        known = client.get_experiment_by_name(run.spec)
        experiment = known.experiment_id if known else _create(client, run.spec, place)
        self._run = client.create_run(experiment, run_name=run.name).info.run_id
        settings = [Param(_named(key), value[:LONGEST]) for key, value in run.settings.items()]
        for start in range(0, len(settings), AT_ONCE):
            client.log_batch(self._run, params=settings[start : start + AT_ONCE])

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an epoch."""
        self._last = epoch
        self._write(epoch, figures)

    def end(self, figures: Mapping[str, float], *, whole: bool) -> None:
        """Write what the run came to, and how it ended."""
        self._write(self._last, {f"run.{name}": one for name, one in figures.items()})
        if self._client is not None:
            self._client.set_terminated(self._run, "FINISHED" if whole else "KILLED")

    def _write(self, step: int, figures: Mapping[str, float]) -> None:
        if self._client is None:
            return
        now = int(time.time() * 1000)
        metrics = [Metric(_named(name), value, now, step) for name, value in figures.items()]
        for start in range(0, len(metrics), AT_ONCE):
            self._client.log_batch(self._run, metrics=metrics[start : start + AT_ONCE])


def _create(client: MlflowClient, name: str, place: Path) -> str:
    """Make an experiment whose files, were there any, would lie beside the database."""
    made: str = client.create_experiment(name, artifact_location=(place / "files").as_uri())
    return made


def _named(name: str) -> str:
    """Return a name of the signs that MLflow takes."""
    return _OTHERS.sub("_", name)[:LONGEST_NAME]


def begin_tracker() -> Tracker:
    """Return a tracker that writes for MLflow; of its work only errors are logged."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return MLflow()
