"""Runs sorted and filtered by what is known of them: `status=complete`, `rmse<60`, `-when`."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from operator import eq, ge, gt, le, lt, ne

from nnspec.pipeline.runs.record import Record

Value = str | float | None
KEYS: dict[str, Callable[[Record], Value]] = {
    "name": lambda one: one.name,
    "status": lambda one: one.state,
    "when": lambda one: one.started,
    "spec": lambda one: one.spec,
    "data": lambda one: one.source,
    "figure": lambda one: one.headline.value if one.headline else None,
    "baseline": lambda one: one.headline.baseline_value if one.headline else None,
    "epochs": lambda one: one.epochs,
    "seconds": lambda one: one.seconds,
    "seed": lambda one: one.manifest.seed if one.manifest else None,
}
"""What a run is sorted and filtered by; any figure of its rows, such as rmse, is a key as well."""
LATEST = "-when"
"""The usual order."""
_FILTER = re.compile(r"\s*([\w.:-]+?)\s*(<=|>=|!=|<|>|=)\s*(.*?)\s*", re.DOTALL)
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "=": eq,
    "!=": ne,
}
_ORDERED: dict[str, Callable[[str, str], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Unchoosable(ValueError):
    """A sort key or filter that says nothing about runs; its text says what was expected."""


def sort_records(records: Iterable[Record], key: str = LATEST) -> list[Record]:
    """Return runs in the order of a key, those without it last; what is no run comes at the end.

    Args:
        records: what lies in a folder of runs.
        key: one of `KEYS`, or a figure; `-` before it turns the order around.

    Raises:
        Unchoosable: no run has such a key.
    """
    records = list(records)
    falling, name = key.startswith("-"), key.removeprefix("-")
    _check(name, records)
    known = [(_value(one, name), one) for one in records]
    has = [(value, one) for value, one in known if value not in (None, "") and one.manifest]
    has.sort(key=lambda pair: _order(pair[0]), reverse=falling)
    sorted_ = [one for _, one in has]
    kept = set(map(id, sorted_))
    rest = [one for one in records if id(one) not in kept]
    return [*sorted_, *sorted(rest, key=lambda one: one.manifest is None)]


def filter_records(records: Iterable[Record], filters: Sequence[str]) -> list[Record]:
    """Return the runs that all filters admit.

    Args:
        records: what lies in a folder of runs.
        filters: `KEY=VALUE` (a text may hold `*`), `KEY!=VALUE`, or `KEY<VALUE` with <, <=, >, >=.

    Raises:
        Unchoosable: a filter that is none, or whose key no run has.
    """
    kept = list(records)
    tests = [_test(one, kept) for one in filters]
    return [one for one in kept if all(test(one) for test in tests)]


def _test(text: str, records: Sequence[Record]) -> Callable[[Record], bool]:
    match = _FILTER.fullmatch(text)
    if match is None:
        raise Unchoosable(f"{text!r} is no filter; expected KEY=VALUE, or KEY<VALUE")
    name, sign, wanted = match[1], match[2], match[3]
    _check(name, records)
    number = _as_number(wanted)

    def test(record: Record) -> bool:
        value = _value(record, name)
        if value is None:
            return False
        if not isinstance(value, str):
            if number is None:
                raise Unchoosable(f"{name} is a number; got {wanted!r}")
            return _COMPARED[sign](value, number)
        if sign in _ORDERED:
            return _ORDERED[sign](value, wanted)
        return fnmatchcase(value, wanted.replace("[", "[[]")) == (sign == "=")

    return test


def _check(name: str, records: Sequence[Record]) -> None:
    figures = dict.fromkeys(key for one in records if one.headline for key in one.headline.figures)
    if name in KEYS or name in figures or not records:
        return
    listed = ", ".join([*KEYS, *figures])
    raise Unchoosable(f"no run has {name!r}; they have {listed}")


def _value(record: Record, name: str) -> Value:
    if name in KEYS:
        return KEYS[name](record)
    return record.headline.figures.get(name) if record.headline else None


def _order(value: Value) -> tuple[float, str]:
    """Return what orders a value: numbers by size, NaN last, texts by their signs."""
    if isinstance(value, str) or value is None:
        return (0.0, value or "")
    return (math.inf if value != value else value, "")  # noqa: PLR0124 - NaN; an int may be too large


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
