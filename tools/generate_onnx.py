"""Writes docs/onnx.md out of bench/results/onnx_layers.json and the list of layers left out."""
# ruff: noqa: INP001 (scripts, no package)

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "onnx_layers.json"
HEAD = """# ONNX

`nnspec export RUN --format onnx -o model.onnx` writes a finished run as one file of ONNX's own
operators (opset 21): raw columns in by their own names, any number of rows, and the SavedModel's
answers out (`prediction`, `probabilities`, `lower` ...). It takes `pip install 'nnspec[onnx]'` and
neither TensorFlow nor Keras.

```python
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession("model.onnx")
session.run(["prediction"], {"age": np.array([0.04], np.float32), ...})
```

Texts come as arrays of objects, numbers as `session.get_inputs()` names their types, NaN and "" for
missing cells. A column that is called like an answer gets a number behind its name
(`prediction_2`); the file's metadata, `nnspec.columns`, tells every column's input. Rows that
`predict` would refuse get NaN, or an empty label.

Where onnxruntime is installed, the file is loaded in a process of its own, its answers are held
against the run's predictions of its test rows, and the largest and the mean difference are printed
and kept in `run.json`; beyond 1e-5 of the largest answer the file is not kept (A107). `--check`
makes it an error if nothing can be compared.

What a file cannot hold is refused with its place and a remedy (A113): columns of dates and of texts
that are cut into words, hashed classes, runs in another type than float32, stateful layers, and
the layers below. A class with tabs or several spaces in a row is read only where the training rows
hold it just so, and gets no answer otherwise.
"""
LAYERS = """## Layers

`python bench/onnx_layers.py` draws configurations of each layer, weights and inputs with them, and
holds onnxruntime against Keras: **equal** to 1e-5 of the largest number, **refused** with a reason
(an axis that only the run tells, masks of unusual shape). {exported} classes of layers are written,
{listed} are left out.
"""


def render_onnx() -> dict[Path, str]:
    """Return the page."""
    # The schema lists classes as they were imported: nothing may import any before it is written.
    from nnspec.exchange.write.onnx.listed import LISTED, WHOLE  # noqa: PLC0415

    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    exported = sum(name not in LISTED for name in rows)
    counts = LAYERS.format(exported=exported, listed=len(LISTED))
    parts = (HEAD, counts, *table(rows, LISTED), "", *left_out(LISTED, WHOLE))
    return {ROOT / "docs" / "onnx.md": "\n".join(parts).rstrip() + "\n"}


def table(rows: dict[str, Any], listed: Mapping[str, str]) -> Iterator[str]:
    """Yield what was compared of each layer."""
    yield "| layer | equal | unlike | refused | largest difference |"
    yield "|---|---|---|---|---|"
    for name, row in rows.items():
        if name not in listed:
            largest = f"{row['largest']:.1e}" if row["largest"] else "0"
            counts = (row["equal"], row["differs"], row["listed"], largest)
            yield f"| {name} | {' | '.join(map(str, counts))} |"


def left_out(listed: Mapping[str, str], whole: str) -> Iterator[str]:
    """Yield the layers that are not written, with the reasons."""
    yield "| left out | why |"
    yield "|---|---|"
    for name, reason in listed.items():
        yield f"| {name} | {reason} |"
    yield f"| whole networks (ResNet50 ...) | {whole} |"
