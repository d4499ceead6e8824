"""Floor 8, panels: everything that a page shows of one output."""

from typing import assert_never

from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.report.page.answered import Answered
from nnspec.report.page.beyond import beyond_tables, draw_importance
from nnspec.report.page.classes import draw_classes, draw_confusion, draw_labels, draw_positions
from nnspec.report.page.clusters import draw_maps, list_clusters
from nnspec.report.page.facts import Output, RunFacts
from nnspec.report.page.figures_table import figures_by_column, figures_of
from nnspec.report.page.headline import headline, seen_on
from nnspec.report.page.numbers import Shown, draw_numbers
from nnspec.report.page.pieces import Figure, Panel, Table
from nnspec.report.page.svg import plain

UNKEPT = "Pictures of answers need test rows, and there are none."
UNREAD = "The kept answers are too many to draw."
Drawn = tuple[list[Figure], list[Table], str]


def panel_of(facts: RunFacts, output: Output) -> Panel:
    """Return figures, tables and pictures of one output."""
    told = facts.told
    several = len(told.outputs) > 1
    tables = [*figures_of(told, output), *beyond_tables(output), *figures_by_column(output)]
    figures: list[Figure] = []
    notes = [plain(one, 400) for one in (*output.baseline_notes, *output.notes)]
    if output.figures_of:
        notes.insert(0, plain(f"Figures of {output.figures_of}.", 400))
    if output.pictures:
        figures += draw_maps(
            {name: facts.maps[name] for name in output.pictures if name in facts.maps}
        )
    if output.split in output.confusion_matrix:
        drawn, listed = draw_confusion(output.split, output.confusion_matrix[output.split])
        figures, tables = [*figures, *drawn], [*tables, *listed]
    head = facts.heads.get(output.name)
    if facts.answers is None or not len(facts.answers):
        notes.append(UNREAD if told.rows.get("test", 0) else UNKEPT)
    elif head is not None:
        drawn, listed, note = draw_answers(facts, head, facts.answers)
        figures, tables = [*figures, *drawn], [*tables, *listed]
        notes += [note] if note else []
    figures += draw_importance(output)
    says = (headline(told, output), seen_on(told, output)) if several else ()
    return Panel(
        name=plain(output.name, 60),
        says=says,
        tables=tuple(tables),
        figures=tuple(figures),
        notes=tuple(notes),
        cases=facts.cases.get(output.name),
    )


def draw_answers(facts: RunFacts, head: Head, answers: Answered) -> Drawn:
    """Return pictures and tables of the kept answers of an output, and what is left out."""
    several = len(facts.told.outputs) > 1
    match head:
        case Numbers() | Reconstruction():
            return draw_numbers(head, answers, Shown(several, facts.ordered))
        case OneClass():
            return draw_classes(head, answers, several=several)
        case SeveralLabels():
            return draw_labels(head, answers, several=several)
        case ClassPerPosition():
            return draw_positions(head, answers, several=several)
        case Clusters():
            return [], list_clusters(head, answers, several=several), ""
        case Unjudged():
            return [], [], ""
        case _:
            assert_never(head)
