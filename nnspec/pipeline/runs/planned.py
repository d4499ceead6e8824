"""A plan as text of 80 columns, and as JSON."""

import json
import math
from collections.abc import Iterator
from textwrap import wrap

from nnspec.diagnostics.excerpt import visible
from nnspec.document import shorten
from nnspec.network.summary import show_bytes
from nnspec.pipeline.runs.listing import show_time
from nnspec.pipeline.runs.plan import SECTIONS, Difference, Plan
from nnspec.pipeline.runs.settings import MISSING, show_setting
from nnspec.run.numerals import show_seconds

WIDTH = 80
LABEL = 10
"""Cells of what stands before a line."""
MOST_SETTINGS = 8
"""Settings that are told of a run that differs."""
VALUE = 24
LIBRARIES = "the libraries take some 700 MiB"
"""What Python, TensorFlow and Keras take before anything is computed."""


def show_plan(plan: Plan) -> str:
    """Return what would run, where, how long, with how much memory; and what there is already."""
    parts = [
        ("run", _what(plan)),
        ("where", _where(plan)),
        ("memory", _memory(plan)),
        ("time", _time(plan)),
        ("data", _data(plan)),
        *_runs(plan),
    ]
    return "\n".join(line for label, text in parts if text for line in _labelled(label, text))


def _labelled(label: str, text: str) -> Iterator[str]:
    lines = wrap(text, WIDTH - LABEL, break_long_words=True, break_on_hyphens=False)
    for place, line in enumerate(lines):
        yield f"{'' if place else label:{LABEL}}{line}"


def _what(plan: Plan) -> str:
    training = plan.spec.training
    assert training is not None
    batch = f"in batches of {training.batch_size:,}"
    if plan.rows is None:
        rows = f"rows {batch}; how many there are is known once the data is read"
    else:
        steps = -(-plan.rows // training.batch_size)
        about = "" if plan.counted else "about "
        rows = f"{about}{plan.rows:,} rows {batch}, {steps:,} steps each"
    weights = "" if plan.parameters is None else f"; {plan.parameters:,} parameters"
    return f"{visible(plan.spec.name)}: {training.epochs:,} epochs of {rows}{weights}"


def _where(plan: Plan) -> str:
    device = {"auto": "the GPU if there is one, else the CPU"}.get(
        plan.spec.runtime.device, plan.spec.runtime.device.upper()
    )
    return f"{visible(str(plan.folder))}, on {device} ({plan.processors} processors)"


def _memory(plan: Plan) -> str:
    if plan.step_bytes is None:
        return f"that of a step is known once the data is read; {LIBRARIES}"
    return f"about {show_bytes(plan.step_bytes)} a step; {LIBRARIES} besides"


def _time(plan: Plan) -> str:
    found = plan.estimate
    if found is None:
        return "not known: no run like it is here, and the rows are not counted"
    how = (
        f"as {visible(found.run)} went"
        if found.run
        else "by its arithmetic, which tells no more than the order of magnitude"
    )
    return f"about {show_seconds(found.seconds)} of training at most, {how}"


def _data(plan: Plan) -> str:
    return "" if plan.data_bytes is None else f"{show_bytes(plan.data_bytes)} to read"


def _runs(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what is to be said of the runs that there are."""
    if plan.identical is not None:
        run = visible(str(plan.identical.path))
        text = f"{run} is the same and finished ({show_time(plan.identical.started)})"
        if plan.last is not None and plan.last.text:
            text += "; only the text differs"
        yield "done", text
        return
    if plan.last is None:
        yield "last run", "none of this spec here"
        return
    record = plan.last.run
    yield "last run", f"{visible(str(record.path))}, {record.state} ({show_time(record.started)})"
    for label, text in told(plan.last):
        yield "", f"{label}: {text}"


def told(last: Difference) -> Iterator[tuple[str, str]]:
    """Yield what differs between the last run and the spec, by what it concerns."""
    if last.data == "changed":
        yield "data", "its files have changed"
    elif last.data == "not told":
        yield "data", "whether it has changed is known once it is read"
    shown = 0
    for section in last.sections:
        own = [key for key in last.settings if key.partition(".")[0] == section]
        listed = own[: max(0, MOST_SETTINGS - shown)]
        shown += len(listed)
        texts = [_change(last, key) for key in listed]
        if len(own) > len(listed):
            texts.append(f"{len(own) - len(listed)} more")
        yield SECTIONS.get(section, section), ", ".join(texts) or "differs"
    if last.seeds:
        yield "seeds", ", ".join(f"{key} {one} → {new}" for key, (one, new) in last.seeds.items())
    if last.versions:
        texts = [
            f"{visible(key)} {visible(one)} → {new}" for key, (one, new) in last.versions.items()
        ]
        yield "versions", ", ".join(texts)
    if not (last.sections or last.seeds or last.versions or last.data != "same"):
        yield (
            "text" if last.text else "nothing",
            "differs" if not last.text else "only the text differs",
        )


def _change(last: Difference, key: str) -> str:
    before, after = (shorten(visible(show_setting(one)), VALUE) for one in last.settings[key])
    return f"{visible(key)} {before} → {after}"


def encode_plan(plan: Plan) -> str:
    """Return a plan as JSON."""
    training, last, found = plan.spec.training, plan.last, plan.estimate
    assert training is not None
    document = {
        "format": 1,
        "spec": plan.spec.name,
        "folder": str(plan.folder),
        "device": plan.spec.runtime.device,
        "processors": plan.processors,
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "rows": plan.rows,
        "parameters": plan.parameters,
        "step_bytes": plan.step_bytes,
        "data_bytes": plan.data_bytes,
        "seconds": found.seconds if found and math.isfinite(found.seconds) else None,
        "seconds_by": (found.run or "counts") if found else None,
        "identical": None if plan.identical is None else str(plan.identical.path),
        "last": None if last is None else _last(last),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _last(last: Difference) -> dict[str, object]:
    return {
        "run": str(last.run.path),
        "status": last.run.state,
        "data": last.data,
        "sections": list(last.sections),
        "settings": {
            key: {
                name: value
                for name, value in zip(("run", "spec"), values, strict=True)
                if value != MISSING
            }
            for key, values in last.settings.items()
        },
        "seeds": {key: list(pair) for key, pair in last.seeds.items()},
        "versions": {key: list(pair) for key, pair in last.versions.items()},
        "text": last.text,
    }
