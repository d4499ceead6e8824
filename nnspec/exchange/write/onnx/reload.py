"""A written ONNX file put to use in a process of its own: `python -m ...reload FILE CELLS ANSWERS`.

It imports onnxruntime and NumPy alone: whoever else takes the file has no more than these.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

TIMED = 5
"""Times that the rows are answered, of which the quickest counts."""
SECONDS = "seconds"
"""Key of what one answer to all rows takes; no name of an answer."""


def main(file: str, cells: str, answers: str) -> None:
    """Answer the rows of one file with the graph of another; write the answers to a third."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])
    with np.load(cells, allow_pickle=False) as held:
        order = held["names"].tolist()
        arrays = {name: held[f"column_{place}"] for place, name in enumerate(order)}
    fed = {
        name: one.astype(object) if one.dtype.kind == "U" else one for name, one in arrays.items()
    }
    best = float("inf")
    for _ in range(TIMED):
        begun = time.perf_counter()
        found = session.run(None, fed)
        best = min(best, time.perf_counter() - begun)
    names = [one.name for one in session.get_outputs()]
    plain = [one.astype(str) if one.dtype == object else one for one in found]
    numbered = {f"answer_{place}": one for place, one in enumerate(plain)}
    with Path(answers).open("wb") as file_out:
        np.savez(file_out, names=np.asarray(names), seconds=np.asarray(best), **numbered)


if __name__ == "__main__":
    main(*sys.argv[1:])
