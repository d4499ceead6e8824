"""Floor 8, `report.html`: one file that asks for nothing, runs one known script and shows a run.

What a page holds is bounded: names are cut, points are drawn by chance, long tables end with the
number of lines that are left out. Whatever is a name in the run is a text on the page.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from nnspec.report.page.about import (
    Checks,
    Pairs,
    at_a_glance,
    command_of,
    doubts,
    how_trained,
    repeat_words,
    sort_checks,
    spec_text,
    tables_of_data,
    where_from,
)
from nnspec.report.page.curves import draw_curves
from nnspec.report.page.facts import RunFacts
from nnspec.report.page.headline import headline, seen_on, verdict
from nnspec.report.page.network import draw_network, list_layers
from nnspec.report.page.panels import panel_of
from nnspec.report.page.pieces import Figure, Panel, Table
from nnspec.report.page.policy import PACKAGE, SCRIPT, STYLE, policy_of, resource
from nnspec.report.page.svg import plain
from nnspec.version import __version__

MOST_OUTPUTS = 12


@dataclass(frozen=True, slots=True)
class Page:
    """What the template shows, in words and pictures."""

    title: str
    headline: str
    verdict: tuple[str, str]
    rows: str
    warnings: tuple[str, ...]
    glance: Pairs
    checks: Checks
    panels: tuple[Panel, ...]
    curves: tuple[Figure, ...]
    curves_note: str
    training: Pairs
    execution: tuple[str, ...]
    network: Markup | None
    network_note: str
    layers: Table | None
    data: tuple[Table, ...]
    repeat_words: str
    command: str
    origins: Pairs
    spec: str
    spec_note: str
    version: str
    style: Markup
    script: Markup
    policy: str


def render_page(facts: RunFacts) -> bytes:
    """Return a run as a page: one HTML file in UTF-8."""
    return _template().render(page=compose(facts)).encode("utf-8", "replace")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = plain
    return environment.get_template("page.html.jinja")


def compose(facts: RunFacts) -> Page:
    """Return everything that a page says."""
    told, style, script = facts.told, resource(STYLE), resource(SCRIPT)
    curves, curves_note = draw_curves(dict(facts.history))
    drawn, network_note = draw_network(facts.network) if facts.network else (None, "")
    outputs = list(told.outputs.values())
    spec, spec_note = spec_text(facts)
    return Page(
        title=plain(told.name),
        headline=headline(told, told.first),
        verdict=verdict(told.first),
        rows=seen_on(told, told.first),
        warnings=doubts(facts),
        glance=at_a_glance(facts),
        checks=sort_checks(told.checks),
        panels=tuple(panel_of(facts, one) for one in outputs[:MOST_OUTPUTS]),
        curves=tuple(curves),
        curves_note=curves_note,
        training=how_trained(facts),
        execution=tuple(plain(one, 300) for one in told.training.execution[:40]),
        network=drawn,
        network_note=network_note,
        layers=list_layers(facts.network) if facts.network else None,
        data=tables_of_data(facts),
        repeat_words=repeat_words(facts),
        command=command_of(facts),
        origins=where_from(facts),
        spec=spec,
        spec_note=spec_note,
        version=__version__,
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        policy=policy_of(style, script),
    )
