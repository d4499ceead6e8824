"""A client that others wrote talks to a service: tritonclient, over HTTP."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("geventhttpclient")  # without it tritonclient raises an error of its own
client = pytest.importorskip("tritonclient.http")

# ruff: noqa: E402 - what these import may be missing
import served_runs
from asking import serving

import nnspec

pytestmark = pytest.mark.keras


def test_tritonclient_gets_the_answers_of_predict_as_bytes_and_as_json(tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    served_runs.write_kinds(table, 40, seed=4)
    told = nnspec.predict(served_runs.kinds(), table)
    offline = [float(row["prediction"]) for row in csv.DictReader(io.StringIO(told))]
    frame = pl.read_csv(table, infer_schema=False)
    with serving(served_runs.kinds()) as asking:
        remote = client.InferenceServerClient(f"127.0.0.1:{asking.port}")
        assert remote.is_server_live()
        assert remote.is_server_ready()
        assert remote.is_model_ready("kinds")
        assert "binary_tensor_data" in remote.get_server_metadata()["extensions"]
        for binary in (True, False):
            inputs = []
            for one in remote.get_model_metadata("kinds")["inputs"]:
                given = client.InferInput(one["name"], [40], one["datatype"])
                given.set_data_from_numpy(as_array(frame[one["name"]], one["datatype"]), binary)
                inputs.append(given)
            wanted = client.InferRequestedOutput("prediction", binary_data=binary)
            for outputs in (None, [wanted]):
                answered = remote.infer("kinds", inputs, outputs=outputs, request_id="1")
                assert answered.as_numpy("prediction") == pytest.approx(offline, rel=1e-6)
        with pytest.raises(Exception, match='there is no model "other"'):
            remote.infer("other", inputs)


def as_array(cells: pl.Series, datatype: str) -> Any:
    """Return cells as a program would hold them."""
    match datatype:
        case "FP32":
            return cells.cast(pl.Float32).fill_null(float("nan")).to_numpy()
        case "BOOL":
            return (cells == "yes").to_numpy()
        case _:
            return np.array([one.encode() for one in cells.to_list()], dtype=object)
