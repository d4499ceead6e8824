"""A run taken up again: what it goes on from, what has changed since, and how it then ends.

It ends with the bits of the training that was never stopped, or it is refused, or it begins anew;
which of them, and why, is said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nnspec.catalog.callbacks import SwapEMAWeights
from nnspec.catalog.kohonen import Kohonen
from nnspec.data import Preprocessing
from nnspec.diagnostics import Diagnostic, NnspecError, Refused
from nnspec.document import Plain, parse_document, plain
from nnspec.engine import Snapshot, route_of
from nnspec.network.fill import hash_spec, render_spec, written_out
from nnspec.pipeline.changes import Changes, changes_since, completed
from nnspec.pipeline.check import Checked, check, check_document, placing
from nnspec.pipeline.opened import Opened, fit_network, open_checked, trainable_sections
from nnspec.pipeline.origins import again, write_text, written_text
from nnspec.pipeline.prepare import Prepared, plan_of, prepare, rows_of_an_epoch
from nnspec.pipeline.room import check_room
from nnspec.pipeline.run import Place, RunResult, carry_out, describe_run, write_beginning
from nnspec.run.folder import RunFolder
from nnspec.run.keeper import last_state
from nnspec.run.layout import PREPROCESSING, REPORT, SPEC, checkpoint_of
from nnspec.run.lock import now
from nnspec.run.manifest import Manifest, Resumption, versions
from nnspec.run.signals import SIGNALS


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a run that is taken up.

    Attributes:
        spec: a spec's file in the place of the run's own.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether that file may name files outside its folder.
        allow_changes: whether it goes on although something has changed.
        place: what shows the progress, and how often states are written.
        tell: hears what is to be said before it goes on.
    """

    spec: Path | None = None
    overrides: Sequence[str] = ()
    allow_outside: bool = False
    allow_changes: bool = False
    place: Place | None = None
    tell: Callable[[Diagnostic], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Found:
    """What is left of a training.

    Attributes:
        snapshot: its last whole state; None where there is none, or none of use.
        slot: which of the two files of states is written next.
        why: why it has to begin anew, where it has.
    """

    snapshot: Snapshot | None
    slot: int
    why: str = ""


def resume(folder: RunFolder, asked: Asked) -> RunResult:
    """Go on with a run that was stopped, or let one that is complete train for longer.

    Args:
        folder: the run's folder, held for writing.
        asked: what is asked of it.

    Raises:
        Refused: A131 where something has changed, A134 where it cannot go on; nothing was written.
        RunFailed: the run went on; what it reached is kept.
    """
    opened = open_checked(spec_of(folder, asked), allow_outside=True)
    if asked.spec is None:
        opened = replace(opened, text=written_text(folder))
    before, place = filled_before(folder), asked.place or Place()
    changes = changes_since(folder.manifest, before, opened)
    if not changes.epochs and not changes.said and folder.manifest.training is not None:
        return ended(folder, opened, place)
    with placing(opened.spec), SIGNALS.waiting() as held:
        if changes.data:
            opened = with_fitted(opened, folder)
        check_room(opened.spec, opened.network, folder.path, folder.manifest.artefacts)
        place.stage("compiling")
        prepared = prepare(opened)
        found = usable(state_of(folder, asked), prepared, changes)
        changes = with_route(changes, found, prepared)
        refuse_changes(folder, found, asked, changes)
        folder.tell(held)
        origin = again(opened, folder.manifest.origin)
        if found.snapshot is None:
            tell_anew(folder, found, asked)
            begin_anew(prepared, folder)
            folder.update(replace(folder.manifest, origin=origin))
            write_text(opened, folder)
            return carry_out(prepared, folder, place)
        go_on(prepared, folder, found.snapshot, changes)
        folder.update(replace(folder.manifest, origin=origin))
        return carry_out(prepared, folder, place, found.snapshot, found.slot)


def spec_of(folder: RunFolder, asked: Asked) -> Checked:
    """Return the spec that a run goes on with: its own, unless one is given.

    Raises:
        Refused: A134 where it was killed before it wrote its spec.
    """
    origin, overrides = folder.manifest.spec, asked.overrides
    if asked.spec is not None:
        return check(asked.spec, overrides=overrides, allow_outside=asked.allow_outside)
    if SPEC not in folder.manifest.artefacts:
        file = Path(origin.folder) / origin.file
        message = f'"{folder.path}" ended before it had written its spec'
        hint = f"nnspec train {file} --resume {folder.path} begins it again"
        raise Refused([Diagnostic("A134", message, hint=hint, file=str(folder.path))])
    document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
    return check_document(
        document, folder=Path(origin.folder), overrides=overrides, allow_outside=True
    )


def filled_before(folder: RunFolder) -> Plain:
    """Return the filled spec that the run began with; None where it was not written yet.

    Settings that an earlier nnspec did not know have the value that a spec has without them.
    """
    if SPEC not in folder.manifest.artefacts:
        return None
    document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
    source = Path(folder.manifest.spec.folder)
    checked = check_document(document, folder=source, allow_outside=True)
    before = plain(document.root)
    if checked.refused:
        return before
    spec, network = checked.accept()
    return completed(before, plain(parse_document(render_spec(spec, written_out(network))).root))


def ended(folder: RunFolder, opened: Opened, place: Place) -> RunResult:
    """Return what a run has led to whose training has ended; conclude it if nobody has."""
    from nnspec.pipeline import conclude, finished  # noqa: PLC0415 - a second, where it is wanted

    if folder.manifest.status == "complete" and REPORT in folder.manifest.artefacts:
        report = finished.report(folder.path)
    else:
        with SIGNALS.waiting() as held:
            folder.tell(held)
            trained = finished.reopen(finished.open_run(folder.path))
            finished.compile_again(trained)
            folder.mark_trained(trained.record)
            report = conclude.conclude(replace(trained, folder=folder))
    from nnspec.pipeline.gates import missed_gates  # noqa: PLC0415 - as above

    return RunResult(folder.path, report, missed=missed_gates(opened.spec, report, place.gates))


def with_fitted(opened: Opened, folder: RunFolder) -> Opened:
    """Return a spec over other data, prepared as the run's own was: weights count on it."""
    if PREPROCESSING not in folder.manifest.artefacts:
        return opened
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    dataset = replace(opened.dataset, fitted=fitted)
    return replace(opened, network=fit_network(opened.spec, fitted), dataset=dataset)


def state_of(folder: RunFolder, asked: Asked) -> Found:
    """Return what is left of a training; say what is damaged."""
    snapshot, slot, damaged = last_state(folder)
    if snapshot is None:
        why = "its states are damaged" if damaged else "it was stopped before it had a state"
        return Found(None, slot, why)
    if damaged:
        where = f"epoch {snapshot.epoch + 1}, step {snapshot.step}"
        message = f"{'; '.join(damaged)}; the training goes on from the state before, {where}"
        asked.tell(Diagnostic("A132", message, file=str(folder.path)))
    kept = any(memory.get("kept") for _, memory in snapshot.memories)
    if kept and not is_whole(folder, checkpoint_of("best")):
        return Found(None, slot, f"{checkpoint_of('best')} is damaged")
    return Found(snapshot, slot)


def is_whole(folder: RunFolder, name: str) -> bool:
    """Return whether a file of a run is the one that was written."""
    try:
        folder.read(name)
    except NnspecError:
        return False
    return True


def usable(found: Found, prepared: Prepared, changes: Changes) -> Found:
    """Return what is left, without a state that would not lead where a new training would."""
    snapshot, training = found.snapshot, trainable_sections(prepared.spec).training
    if snapshot is None or not changes.epochs:
        return found
    if isinstance(training.rule, Kohonen):
        return Found(None, found.slot, "the radius of a map falls over all epochs")
    swaps = [one for one in training.callbacks if isinstance(one, SwapEMAWeights)]
    if any(one.swap_on_epoch for one in swaps) and snapshot.epoch >= changes.epochs[0]:
        return Found(None, found.slot, "SwapEMAWeights has put averages in the weights' place")
    route = route_now(prepared)
    if snapshot.route != route:
        why = f"for {training.epochs:,} epochs the steps run {route}, and ran {snapshot.route}"
        return Found(None, found.slot, why)
    return found


def route_now(prepared: Prepared) -> str:
    """Return which program would compute the steps."""
    rows = rows_of_an_epoch(prepared.spec, prepared.dataset)
    return route_of(prepared.program.core, plan_of(prepared.spec), rows)


def with_route(changes: Changes, found: Found, prepared: Prepared) -> Changes:
    """Return the changes, and that another program would compute the steps, if one would."""
    route = route_now(prepared)
    if found.snapshot is None or found.snapshot.route == route:
        return changes
    said = f"the steps ran {found.snapshot.route} and would run {route}"
    return replace(changes, computed=(*changes.computed, said))


def refuse_changes(folder: RunFolder, found: Found, asked: Asked, changes: Changes) -> None:
    """Refuse to go on where what has changed was not allowed to, or where there is no way.

    Raises:
        Refused: A131, A134.
    """
    if found.snapshot is not None and changes.epochs and found.snapshot.epoch > changes.epochs[1]:
        message = (
            f'"{folder.path}" has trained {found.snapshot.epoch:,} epochs; '
            f"{changes.epochs[1]:,} were asked for"
        )
        raise Refused([Diagnostic("A134", message, hint="train the spec as a new run")])
    lost = found.snapshot is None and folder.manifest.parts and asked.spec is None
    if lost:
        message = f"{found.why}, and its first weights were those of another run"
        hint = f"nnspec train SPEC --resume {folder.path} begins it again"
        raise Refused([Diagnostic("A134", message, hint=hint)])
    said = changes.of_a_new_training if found.snapshot is None else changes.said
    if said and not asked.allow_changes:
        message = f'"{folder.path}" does not go on as it began: {"; ".join(said)}'
        hint = "go on as it began, or write --allow-changes"
        raise Refused([Diagnostic("A131", message, hint=hint, file=str(folder.path))])


def tell_anew(folder: RunFolder, found: Found, asked: Asked) -> None:
    """Say that a training begins anew, and why."""
    message = f'the training of "{folder.path}" begins anew: {found.why}'
    asked.tell(Diagnostic("A133", message, file=str(folder.path)))


def begin_anew(prepared: Prepared, folder: RunFolder) -> None:
    """Begin a run again in its folder."""
    folder.begin_anew(described(prepared, folder.manifest))
    write_beginning(prepared, folder)


def described(prepared: Prepared, before: Manifest) -> Manifest:
    """Return what is known of a run before it begins again; its origin stays."""
    manifest = describe_run(prepared, Place(name=before.name))
    origin = replace(manifest.spec, file=before.spec.file, folder=before.spec.folder)
    return replace(manifest, spec=origin, parts=before.parts)


def go_on(prepared: Prepared, folder: RunFolder, snapshot: Snapshot, changes: Changes) -> None:
    """Write down that a training goes on, where, and with what changes."""
    before = folder.manifest
    taken_up = Resumption(now(), snapshot.epoch, snapshot.step, changes.said)
    manifest = replace(before, resumed=(*before.resumed, taken_up))
    if changes.said or changes.epochs:
        digest = hash_spec(prepared.spec, prepared.network)
        new = described(prepared, before)
        manifest = replace(
            manifest,
            spec=replace(before.spec, sha256=digest),
            data=new.data,
            machine=new.machine,
            versions=versions(),
        )
    folder.go_on(manifest)
    if changes.said or changes.epochs:
        folder.write(SPEC, render_spec(prepared.spec, written_out(prepared.network)))
