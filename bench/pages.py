"""The pages of the shipped specs in a browser: errors, requests, what does not fit, pictures.

    python bench/pages.py --only diabetes digits --pictures /tmp/pages

Trains each spec whose table is there (`python bench/published.py --tables specs/published` writes
those of the published ones) for a few epochs and opens its `report.html` in headless Chromium,
which is to be installed beside Python (`apt-get install chromium`). Right is a console without a
line, no request beyond the file itself, nothing that reaches out of the window at 1,280 and at 390
pixels, in light and in dark, and a page below 400 KB. Exits with 1 where anything is wrong.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from browser import Browser, Seen

import nnspec
from nnspec.diagnostics import GateMissed, NnspecError, Refused

ROOT = Path(__file__).parents[1]
FOLDERS = ("specs", "specs/perceptron", "specs/published", "specs/published/piecewise")
WIDTHS = (1280, 390)
LARGEST = 400_000
BARE = ["export.formats=[]", "export.codes=[]"]
"""What a page does not show costs no time."""


def main() -> int:
    """Train, look, tell; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", metavar="NAME", help="specs by their names")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the pages")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as runs, Browser() as browser:
        for spec in specs(asked.only):
            page = trained(spec, Path(runs), asked.epochs)
            if page is None:
                continue
            seen = browser.look_at(page, WIDTHS)
            found = complaints(seen, page)
            wrong += bool(found)
            size = page.stat().st_size / 1000
            print(f"{spec.stem:26} {size:5.0f} KB  {'; '.join(found) or 'right'}", flush=True)
            if asked.pictures:
                draw(browser, asked.pictures / spec.stem)
    print(f"{wrong} pages with something wrong")
    return bool(wrong)


def specs(only: list[str] | None) -> Iterator[Path]:
    """Give the shipped specs that train from data that is here."""
    for folder in FOLDERS:
        for spec in sorted((ROOT / folder).glob("*.yaml")):
            if not only or spec.stem in only:
                yield spec


def trained(spec: Path, runs: Path, epochs: int) -> Path | None:
    """Return the page of a short training; None, with the reason told, where there is none.

    A spec that so few epochs do not suit is trained as it stands.
    """
    refused, name = "", f"{spec.parent.name}-{spec.stem}"
    for settings in ([*BARE, f"training.epochs={epochs}"], BARE):
        try:
            nnspec.train(spec, runs=runs, name=name, overrides=settings)
        except Refused as error:
            refused = error.diagnostics[0].message
            continue
        except GateMissed:  # the run is complete
            pass
        except NnspecError as error:
            print(f"{spec.stem:26} not trained: {error.diagnostics[0].message}")
            return None
        return runs / name / "report.html"
    print(f"{spec.stem:26} not trained: {refused}")
    return None


def complaints(seen: Seen, page: Path) -> list[str]:
    """Return what is wrong with a page."""
    found = [f"console: {one}" for one in seen.errors]
    found += [f"request: {one}" for one in seen.requests]
    found += [f"{width} pixels: {', '.join(one)}" for width, one in seen.overflow.items() if one]
    return found + (["too large"] if page.stat().st_size >= LARGEST else [])


def draw(browser: Browser, start: Path) -> None:
    """Write pictures of the page that is open: both widths in light and dark, and on paper."""
    start.parent.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        browser.darken(dark=dark)
        for width in WIDTHS:
            browser.resize(width)
            shade = "dark" if dark else "light"
            browser.picture(start.with_name(f"{start.name}-{width}-{shade}.png"))
    browser.darken(dark=False)
    browser.paper(start.with_name(f"{start.name}.pdf"))


if __name__ == "__main__":
    sys.exit(main())
