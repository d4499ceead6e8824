"""What the page asks for, as JSON: texts as `nnspec runs` and `nnspec compare` show them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from nnspec.dashboard.shelf import Entry, View
from nnspec.diagnostics import Refused
from nnspec.diagnostics.excerpt import visible
from nnspec.document import Plain, shorten
from nnspec.pipeline.runs import choice
from nnspec.pipeline.runs.compare import Compared, Key
from nnspec.pipeline.runs.listing import LARGEST_COUNT, show_count, show_duration, show_time
from nnspec.pipeline.runs.record import Record
from nnspec.pipeline.runs.settings import MISSING, read_settings, show_setting
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PAGE
from nnspec.run.lock import find_holder
from nnspec.run.numerals import UNDEFINED, show_metric, show_title

LONGEST = 120
"""Signs of a text that are sent; the rest is cut."""
Answer = Mapping[str, object]


def encode(answer: Answer) -> bytes:
    """Return an answer as JSON; no number in it is NaN or infinite."""
    return json.dumps(answer, allow_nan=False, separators=(",", ":")).encode()


def text_of(text: object, longest: int = LONGEST) -> str:
    """Return a text of a run as it is shown: no sign in it acts, and it is not long."""
    return shorten(visible(str(text)), longest)


def list_runs(view: View, order: str, asked: str) -> Answer:
    """Return the runs of a folder.

    Args:
        view: the folder.
        order: the key they are sorted by, as `nnspec runs --sort` has it.
        asked: filters, a blank between them; a word that is none is sought in the names.

    Raises:
        choice.Unchoosable: the key or a filter says nothing about runs.
    """
    by_record = {id(one.record): one for one in view.entries.values()}
    records = [one.record for one in view.entries.values()]
    kept = choice.filter_records(records, filters_of(asked))
    ordered = choice.sort_records(kept, order) if kept else []
    runs = [brief(by_record[id(one)]) for one in ordered]
    return {"turn": view.turn, "all": len(records), "runs": runs, "problem": view.problem}


def filters_of(text: str) -> list[str]:
    """Return the filters of a line, as `nnspec runs --filter` has them."""
    return [one if set(one) & set("<>=") else f"name=*{one}*" for one in text.split()]


@lru_cache(maxsize=16_384)
def brief(entry: Entry) -> Answer:
    """Return a line of the list."""
    record = entry.record
    found = record.headline if record.state == "complete" else None
    baseline = found.baseline if found else None
    return {
        "id": entry.key,
        "name": text_of(record.name),
        "status": record.state,
        "when": show_time(record.started),
        "metric": text_of(_titled(found.metric, found.split), 40) if found else "",
        "figure": text_of(show_metric(found.metric, found.value)) if found else UNDEFINED,
        "baseline": UNDEFINED
        if found is None or baseline is None
        else text_of(f"{show_metric(found.metric, found.baseline_value)} {baseline}", 40),
        "epochs": show_count(record.epochs),
        "seconds": show_duration(record.seconds),
        "spec": text_of(record.spec, 60),
        "data": text_of(record.source, 60),
        "problem": text_of(record.problem) if record.problem else None,
    }


def _titled(metric: str, split: str) -> str:
    return show_title(metric) if split == "test" else f"{show_title(metric)} ({split})"


def describe(entry: Entry) -> Answer:
    """Return what is known of one run."""
    record = entry.record
    reported = record.manifest is not None and PAGE in record.manifest.artefacts
    facts = [[name, text_of(said)] for name, said in _facts(record) if str(said)]
    return {**brief(entry), "facts": facts, "of": _planned(record), "report": reported}


def _facts(record: Record) -> Iterable[tuple[str, object]]:
    manifest, origin = record.manifest, record.origin
    if manifest is None:
        return
    holder = find_holder(record.path) if record.state == "running" else None
    yield "held by", holder.words() if holder else ""
    yield "stopped", manifest.training.stopped if manifest.training else ""
    yield "seed", manifest.seed
    if origin is not None:
        yield "rows", ", ".join(f"{count:,} {split}" for split, count in origin.rows.items())
        yield "command", " ".join(origin.command)
    yield "machine", manifest.machine
    yield "git revision", (manifest.spec.revision or "")[:12]
    yield "versions", ", ".join(f"{name} {one}" for name, one in manifest.versions.items())
    yield "taken up again", len(manifest.resumed) or ""


def _planned(record: Record) -> int | None:
    """Return for how many epochs a run was to be trained, None where it does not tell."""
    if record.manifest is None:
        return None
    try:
        epochs = read_settings(RunFolder.open(record.path)).get("training.epochs")
    except Refused:
        return None
    return epochs if isinstance(epochs, int) and 0 < epochs <= LARGEST_COUNT else None


def show_differences(compared: Compared, keys: Sequence[str]) -> Answer:
    """Return what differs between runs, as tables.

    Args:
        compared: what differs.
        keys: what stands for each run.
    """
    names = [text_of(one) for one in compared.names]
    return {
        "ids": list(keys),
        "runs": names,
        "settings": _rows(compared.settings),
        "besides": _rows(compared.facts),
        "figures": _figures(compared),
        "notes": [text_of(one) for one in compared.notes],
        "alike": not compared.settings,
        "seeds_alone": compared.seeds_alone,
    }


def _rows(values: Mapping[str, Sequence[Plain]]) -> list[list[str]]:
    return [
        [
            text_of(key),
            *(UNDEFINED if one == MISSING else text_of(show_setting(one)) for one in row),
        ]
        for key, row in values.items()
    ]


def _figures(compared: Compared) -> list[Answer]:
    """Return a table for each output and split: a line for each figure, a column for each run."""
    several = len({output for output, _, _ in compared.figures}) > 1
    groups: dict[tuple[str, str], list[Key]] = {}
    for key in compared.figures:
        groups.setdefault(key[:2], []).append(key)
    return [
        {
            "title": text_of(f"{split} · {output}" if several else split),
            "rows": [[text_of(show_title(key[2])), *_values(compared, key)] for key in keys],
        }
        for (output, split), keys in groups.items()
    ]


def _values(compared: Compared, key: Key) -> list[str]:
    told: list[str] = []
    for value, spread in zip(compared.figures[key], compared.spreads, strict=True):
        deviation = spread.deviations.get(key) if spread else None
        figure = show_metric(key[2], value)
        told.append(figure if deviation is None else f"{figure} ± {show_metric(key[2], deviation)}")
    return told
