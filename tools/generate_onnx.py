"""Writes docs/onnx.md out of bench/results/onnx_layers.json and the list of layers left out."""
# ruff: noqa: INP001 (scripts, no package)

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "onnx_layers.json"
SPECS = ROOT / "bench" / "results" / "onnx_specs.json"
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

Dates are read by the form that the training rows have, and in ISO's; texts are parted into words
or letters, in small letters and without punctuation where the spec says so, and looked up by
number, count or tf-idf, runs of words too. Blanks of every script around a text are taken away, as
tables do; a text with the sign of number 0 gets no answer, since runtimes do not agree about it.

What a file cannot hold is refused with its place and a remedy (A113): texts of Greek words in small
letters (a capital sigma becomes one of two, by its place in the word), dates with letters or points
beside the names of months, hashed classes, runs in another type than float32, stateful layers, and
the layers below. A bias of one axis is added along the axis that Keras picks for it, and recurrent
layers that are given first states see no mask, as in Keras.
"""
LAYERS = """## Layers

`python bench/onnx_layers.py` draws configurations of each layer, weights and inputs with them, and
holds onnxruntime against Keras: **equal** to 1e-5 of the largest number, **refused** with a reason
(an axis that only the run tells, masks of unusual shape). {exported} classes of layers are written,
{listed} are left out.
"""


SHIPPED = """## Shipped specs

`python bench/onnx_specs.py` trains the shipped specs for a moment, exports them, and has two
runtimes open each file: onnxruntime, held against the run's own predictions of its test rows, and
onnx's reference evaluator, held against onnxruntime. Differences are relative to the largest
answer; all files pass onnx's full check.
"""


def render_onnx() -> dict[Path, str]:
    """Return the page."""
    # The schema lists classes as they were imported: nothing may import any before it is written.
    from nnspec.exchange.write.onnx.listed import LISTED, WHOLE  # noqa: PLC0415

    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    exported = sum(name not in LISTED for name in rows)
    counts = LAYERS.format(exported=exported, listed=len(LISTED))
    specs = json.loads(SPECS.read_text(encoding="utf-8"))
    parts = (
        HEAD,
        SHIPPED,
        *shipped(specs),
        "",
        counts,
        *table(rows, LISTED),
        "",
        *left_out(LISTED, WHOLE),
    )
    return {ROOT / "docs" / "onnx.md": "\n".join(parts).rstrip() + "\n"}


def shipped(rows: dict[str, Any]) -> Iterator[str]:
    """Yield what was compared of each shipped spec."""
    yield "| spec | test rows | onnxruntime | reference evaluator | bytes |"
    yield "|---|---|---|---|---|"
    for name, row in rows.items():
        if row["reason"]:
            yield f"| {name} | | {row['reason']} | | |"
        else:
            differences = f"{row['largest']:.1e} | {row['second']:.1e}"
            yield f"| {name} | {row['rows']} | {differences} | {row['bytes']:,} |"


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
