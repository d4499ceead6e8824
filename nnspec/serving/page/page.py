"""The page on which a person tries a row: it holds nothing of the run, and asks the service for it.

So a browser can open it without a token, which is typed there.
"""

from functools import cache
from importlib.resources import files

from nnspec.pipeline.answering import Answering
from nnspec.pipeline.typical import Described
from nnspec.report.page.policy import digest
from nnspec.serving.binary import datatype

PACKAGE = "nnspec.serving.page"
REPORT = "nnspec.report.page"


@cache
def render_page() -> bytes:
    """Return the page: one HTML file in UTF-8, its style that of the reports."""
    style, script = _style(), _resource(PACKAGE, "script.js")
    page = _resource(PACKAGE, "page.html")
    return page.replace("{style}", style).replace("{script}", script).encode()


@cache
def page_headers() -> dict[str, str]:
    """Return the headers of the page: a policy that allows this style and this script alone."""
    style, script = digest(_style()), digest(_resource(PACKAGE, "script.js"))
    policy = (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
    }


def describe(answering: Answering) -> dict[str, object]:
    """Return what the page is to know of a run."""
    inputs = {one.name: one for one in answering.inputs}
    columns = [
        {
            **_described(one),
            "datatype": datatype(inputs[one.name].dtype),
            "shape": list(inputs[one.name].shape),
        }
        for one in answering.columns
    ]
    return {"name": answering.name, "columns": columns}


def _described(one: Described) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        "cells": one.cells.tolist(),
        "optional": one.optional,
        "choices": list(one.choices),
        "extent": None if one.extent is None else list(one.extent),
        "form": one.form,
    }


@cache
def _style() -> str:
    return _resource(REPORT, "style.css") + _resource(PACKAGE, "style.css")


def _resource(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")
