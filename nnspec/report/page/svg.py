"""Floor 8, elements of SVG: escaped as they are made, so that a name is never more than text.

Colours come from the page's style sheet by class, so that pictures follow light and dark.
"""

import re
from collections.abc import Iterable
from unicodedata import bidirectional

from markupsafe import Markup, escape

UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
"""Signs that no page may hold, or that would turn the words around them."""
TURNING = {"R", "AL"}
"""Classes of signs that are written from right to left."""
LONGEST = 120
"""Signs of a name that are shown; the rest is cut."""


def plain(text: object, longest: int = LONGEST) -> str:
    """Return a text as one line that a page may hold, cut where it is longer than it may be."""
    whole = " ".join(UNSHOWN.sub("\ufffd", str(text)).split())
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def isolate(text: str) -> str:
    """Return a text that leaves the words around it in their order, where it runs right to left."""
    turned = any(bidirectional(one) in TURNING for one in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if turned else text


def tag(name: str, *inside: object, **attributes: object) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        inside: what it holds; what is no markup is escaped.
        attributes: by name, `_` for `-`, and one at its end taken off; None is left out.
    """
    given = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
        if value is not None
    )
    held = Markup("").join(escape(one) for one in inside)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), given, held)  # noqa: S704  our own names


def joined(parts: Iterable[Markup]) -> Markup:
    """Return elements one behind the other."""
    return Markup("").join(parts)


def text(x: float, y: float, said: object, style: str = "", anchor: str | None = None) -> Markup:
    """Return a text at a place; the whole of a name that is cut is its title."""
    return tag("text", plain(said), x=x, y=y, class_=style or None, text_anchor=anchor)


def cut(said: object, signs: int) -> Markup | str:
    """Return a name cut to some signs, with the longer one as its title."""
    whole = plain(said)
    if len(whole) <= signs:
        return whole
    return joined([tag("title", whole), escape(f"{whole[: max(1, signs - 1)]}…")])


def line(start: tuple[float, float], end: tuple[float, float], style: str) -> Markup:
    """Return a straight line."""
    (x1, y1), (x2, y2) = start, end
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=style)


def picture(
    size: tuple[float, float], label: str, parts: Iterable[Markup], *, fitted: bool = True
) -> Markup:
    """Return a picture whose label says what it shows to those who do not see it.

    Args:
        size: width and height in its own units.
        label: what it shows.
        parts: its elements.
        fitted: whether it takes the width that there is; or its own, a unit a pixel.
    """
    width, height = size
    return tag(
        "svg",
        *parts,
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        role="img",
        aria_label=plain(label),
        width=None if fitted else _short(width),
        class_="picture" if fitted else "picture own",
    )


def _short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
