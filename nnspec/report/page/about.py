"""Floor 8, about a run: what stands at the top, how it was trained, how to repeat it."""

import shlex
from dataclasses import dataclass

from nnspec.report.page.columns import list_columns, list_rows, list_targets
from nnspec.report.page.curves import best_epoch
from nnspec.report.page.facts import SPLITS, Check, RunFacts
from nnspec.report.page.pieces import Table
from nnspec.report.page.svg import UNSHOWN, plain
from nnspec.run.layout import SPEC
from nnspec.run.numerals import show_metric, show_seconds, show_title

LONGEST_SPEC = 40_000
"""Signs of a spec that a page shows."""
MOST_FIGURES = 3
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What the checks of a run say.

    Attributes:
        found: what was found, with what to do about it.
        passed: title and sentence of each that passed.
        others: of each that does not apply.
    """

    title: str
    found: tuple[Check, ...] = ()
    passed: Pairs = ()
    others: Pairs = ()


def sort_checks(checks: tuple[Check, ...]) -> Checks:
    """Return the checks of a run by what they say, with a title that counts them."""
    found = tuple(
        Check(one.code, plain(one.title), one.status, *_sentences(one))
        for one in checks
        if one.status == "found"
    )
    passed = tuple(
        (plain(one.title), plain(one.says, 400)) for one in checks if one.status == "passed"
    )
    others = tuple(
        (plain(one.title), plain(one.says or one.reason, 400))
        for one in checks
        if one.status == "not applicable"
    )
    count = len(found)
    title = f"{count} thing{'s' * (count != 1)} to look at" if count else "Nothing stands out"
    return Checks(title, found, passed, others)


def _sentences(check: Check) -> tuple[str, str, str]:
    return plain(check.says, 600), plain(check.reason, 600), plain(check.remedy, 600)


def doubts(facts: RunFacts) -> tuple[str, ...]:
    """Return what is to be said before any figure is believed."""
    told = facts.told
    found = []
    if not told.rows.get("test", 0):
        found.append("There are no test rows: nothing here was measured on rows of its own.")
    elif told.rows["test"] < 30:  # noqa: PLR2004  a handful
        found.append(f"{told.rows['test']} test rows are few: other rows may give other figures.")
    return tuple(found)


def at_a_glance(facts: RunFacts) -> Pairs:
    """Return the figures that stand at the top."""
    told, first = facts.told, facts.told.first
    figures = first.metrics.get(first.split, {})
    found = [
        (f"{show_title(name)}, {first.split} rows", show_metric(name, value))
        for name, value in list(figures.items())[:MOST_FIGURES]
        if value is not None
    ]
    rows = " / ".join(f"{told.rows[one]:,}" for one in reversed(SPLITS) if one in told.rows)
    found += [
        ("rows: train / validation / test", rows),
        ("parameters", f"{told.parameters:,}"),
        ("training", show_seconds(told.training.seconds)),
    ]
    return tuple((plain(name), plain(said)) for name, said in found)


def how_trained(facts: RunFacts) -> Pairs:
    """Return how the network was trained."""
    told, training = facts.told, facts.told.training
    epochs = f"{training.epochs:,} of {training.epochs_planned:,}"
    best = best_epoch(dict(facts.history))
    if best is not None:
        epochs += f"; the best was epoch {best:,.0f}"
    found = [
        ("optimizer", training.optimizer),
        ("loss", training.loss),
        ("epochs", epochs),
        *([("ended early", training.stopped)] if training.stopped else []),
        ("batch size", f"{training.batch_size:,}"),
        ("duration", show_seconds(training.seconds)),
        *_pace(facts),
        ("parameters", f"{told.parameters:,}, {told.trainable_parameters:,} of them trained"),
        ("seed", str(told.origins.seed)),
    ]
    return tuple((name, plain(said, 400)) for name, said in found)


def _pace(facts: RunFacts) -> list[tuple[str, str]]:
    training, rows = facts.told.training, facts.told.rows.get("train", 0)
    if training.seconds <= 0 or not rows or not training.epochs:
        return []
    each = rows * training.epochs / training.seconds
    return [("pace", f"{each:,.0f} rows a second, preparations included")]


def tables_of_data(facts: RunFacts) -> tuple[Table, ...]:
    """Return the rows by split, the targets, and the columns that the network reads."""
    found: list[Table | None] = [list_rows(facts.told)]
    if facts.fitted is not None:
        found += [list_targets(facts.fitted), list_columns(facts.fitted, facts.profile)]
    return tuple(one for one in found if one is not None)


def repeat_words(facts: RunFacts) -> str:
    """Return what the command below needs, and what it gives."""
    origin = facts.manifest.spec
    revision = f", at revision {plain(origin.revision)[:12]}" if origin.revision else ""
    return (
        f"In {plain(origin.folder, 300)}{revision}, with the spec below as {plain(origin.file)}, "
        "with these versions and this data, the same machine gives the same weights:"
    )


def command_of(facts: RunFacts) -> str:
    """Return the command that trains the run again."""
    manifest = facts.manifest
    file, name = plain(manifest.spec.file, 300), f"{plain(manifest.name, 300)}-again"
    return f"nnspec train {shlex.quote(file)} --name {shlex.quote(name)}"


def where_from(facts: RunFacts) -> Pairs:
    """Return hashes, versions and times."""
    told, manifest = facts.told, facts.manifest
    files = facts.fitted.files if facts.fitted else ()
    found = [
        ("run", manifest.name),
        ("begun", manifest.started),
        ("device", manifest.device),
        ("spec (SHA-256)", told.origins.spec_sha256),
        ("data", told.origins.data),
        *((f"file {one.name}", one.sha256) for one in files[:10]),
        *told.origins.versions.items(),
    ]
    return tuple((plain(name), plain(said, 300)) for name, said in found if said)


def spec_text(facts: RunFacts) -> tuple[str, str]:
    """Return the spec as a page may hold it, and a note where it is cut."""
    lines = facts.spec.split("\n")
    whole = "\n".join(UNSHOWN.sub("\ufffd", one.rstrip("\r")) for one in lines)
    note = f"The rest of it stands in {SPEC}." if len(whole) > LONGEST_SPEC else ""
    return whole[:LONGEST_SPEC], note
