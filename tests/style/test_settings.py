"""Settings put into a spec's text leave everything else as it was."""

import pytest

from nnspec.document import find, parse_document, plain
from nnspec.style.settings import put_settings

WANTED = {"engine": "fused", "xla": "off"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "nnspec: 1\nname: a # kept\n# last\n",
            "nnspec: 1\nname: a # kept\n# last\nruntime: {engine: fused, xla: off}\n",
        ),
        (
            "runtime:\n  seed: 3 # s\n  xla: auto  # x\nname: a\n",
            "runtime:\n  seed: 3 # s\n  xla: off  # x\n  engine: fused\nname: a\n",
        ),
        (
            "runtime: {seed: 3} # kept\nname: a\n",
            "runtime: {seed: 3, engine: fused, xla: off} # kept\nname: a\n",
        ),
        ("runtime:\nname: a\n", "runtime: {engine: fused, xla: off}\nname: a\n"),
        ("runtime: {}\nname: a\n", "runtime: {engine: fused, xla: off}\nname: a\n"),
        ("runtime:\n  engine: 'auto'", "runtime:\n  engine: 'fused'\n  xla: off"),
        ('{"nnspec": 1}\n', '{"nnspec": 1, "runtime": {"engine": "fused", "xla": "off"}}\n'),
        (
            '{"runtime": {"seed": 1}, "nnspec": 1}',
            '{"runtime": {"seed": 1, "engine": "fused", "xla": "off"}, "nnspec": 1}',
        ),
    ],
)
def test_settings_are_put_where_their_section_is(before: str, after: str) -> None:
    text = put_settings(parse_document(before, "spec.yaml"), "runtime", WANTED)
    assert text == after
    section = find(parse_document(text, "spec.yaml").root, ("runtime",))
    assert section is not None
    found = plain(section)
    assert isinstance(found, dict)
    assert {key: found[key] for key in WANTED} == WANTED
