"""Slips of the hand, drawn: each makes one change in a fine spec, and says where."""

from originals import Original
from slip import Draw, Maker, Slip
from slips_of_names import (
    drop_key,
    foreign_key,
    foreign_name,
    misspell_key,
    misspell_layer,
    misspell_object,
    misspell_wire,
    move_key,
    rewire,
    swap_keys,
    unwire,
)
from slips_of_values import (
    as_python,
    indent_line,
    other_type,
    spoil_bracket,
    spoil_colon,
    spoil_dash,
    with_unit,
    wrong_number,
)

MAKERS: tuple[Maker, ...] = (
    *(misspell_key, drop_key, move_key, swap_keys, foreign_key),
    *(misspell_layer, misspell_object, foreign_name),
    *(misspell_wire, rewire, unwire),
    *(wrong_number, other_type, with_unit, as_python),
    *(indent_line, spoil_colon, spoil_dash, spoil_bracket),
)


def draw_slip(draw: Draw, originals: tuple[Original, ...]) -> Slip:
    """Return one mistake in one spec."""
    while True:
        made = draw.choice(MAKERS)(draw, draw.choice(originals))
        if made is not None and made.text != made.original.text:
            return made
