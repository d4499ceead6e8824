"""Hints, taken: what a reader writes who does what a hint says, word for word.

`VALUE` in a hint is the writer's to fill: with what stood in the spec before the mistake. Of a
list ("known here: ...") the writer picks the word that was there. Where a hint says to align, to
indent or to close something, each place that it may mean is tried.
"""

import re
from collections.abc import Callable, Iterator

from slip import Slip
from takers import (
    add,
    add_dash,
    close,
    comma,
    cut_entry,
    define,
    exchange,
    exchange_sign,
    give,
    list_outputs,
    move,
    name_it,
    one_colon,
    one_comma,
    open_brace,
    pick,
    put_before,
    put_colon,
    realign,
    remove,
    replace_braced,
    replace_list,
    replace_word,
    requote,
    restore,
    rewrite_line,
    spaced_dash,
    undash,
    write_pair,
)

from nnspec.diagnostics import Diagnostic
from nnspec.diagnostics.fixes import apply_fixes

Taker = Callable[[Slip, Diagnostic, re.Match[str]], Iterator[str]]
KEY_VALUE = r"(?P<key>[\w.$-]+): (?P<value>.+)"


def take(slip: Slip, finding: Diagnostic) -> Iterator[str]:
    """Give the texts that a hint leads to."""
    if finding.hint is None or finding.span is None:
        return
    if finding.fix:
        yield apply_fixes(slip.text, [finding]).text
    # A hint of several sentences, or of several ways, offers each.
    for part in (str(finding.hint), *re.split(r"; |, or ", str(finding.hint))):
        for pattern, taker in TAKERS:
            if match := re.fullmatch(pattern, part):
                yield from taker(slip, finding, match)


TAKERS: tuple[tuple[str, Taker], ...] = (
    (r"did you mean (?P<word>[^?]+)\?(?: nothing reads it)?", replace_word),
    (r"known here: (?P<words>.+)", pick),
    (r"write it below (?P<home>[\w: ]+):", move),
    (r"write \w+ below (?P<home>[\w: ]+):", move),
    (r"move it to (?P<home>\w+), which lacks it.*", move),
    (r"add (?P<key>[\w.]+): (?P<value>.+)", add),
    (r"add a (?P<key>\w+):(?P<value> )section", add),
    (r"(?P<word>[A-Z]\w+: \{.*\})", replace_braced),
    (r"define it, variables: \{(?P<key>\w+): VALUE\}", define),
    (r"(?:write|put|quote)[^:]*: " + KEY_VALUE, write_pair),
    (r"write " + KEY_VALUE, write_pair),
    (r"inputs: (?P<word>\[.*\])", replace_list),
    (r"(?:or )?list it in outputs: (?P<word>\[.*\])", list_outputs),
    (r"(?:write it )?(?:among the arguments )?of (?P<home>\w+) \(line (?P<lines>[\d or]+)\)", give),
    (r"such as (?P<word>.+)", replace_word),
    (r".*; write (?P<word>\w+)", replace_word),
    (r"write (?:the name of a layer|a name)(?:, or remove it)?", restore),
    (r"put a space behind the colon: " + KEY_VALUE, write_pair),
    (r"write one colon: .+", one_colon),
    (r"write (?P<word>[\w-]+:)", rewrite_line),
    (r"write (?P<new>[\[\]{}]) for (?P<old>[\[\]{}])", exchange_sign),
    (r"(?:write|quote|keep|such as)[^:]*: (?P<word>[^:]+)", replace_word),
    (r"write (?P<word>[^:]+)", replace_word),
    (r"write (?P<rest>- .+)", spaced_dash),
    (r"write a \{ behind (?P<key>\w+):", open_brace),
    (r"write (?P<word>[^:]+:)", replace_word),
    (r"align .*|indent .*|.*indent it like .*", realign),
    (r".*begin the entry with '- '.*|put a dash before .*", add_dash),
    (r"close it with (?P<sign>[\]}])", close),
    (r"close it on the same line, with (?P<sign>.)", requote),
    (r"write name: (?P<word>[\w-]+) beside .*", name_it),
    (r"put a colon behind (?P<key>[\w-]+)", put_colon),
    (r"write one colon", one_colon),
    (r"only (?P<words>.+) stand beside a layer", pick),
    (r"put a comma before (?P<word>\S+)", put_before),
    (r"remove the dash.*", undash),
    (r"remove one comma", one_comma),
    (r"write a comma for the ;", comma),
    (r"remove (?P<word>\S+).*", remove),
    (r"remove it.*|.*remove it|leave it out.*|it may be left out", cut_entry),
    (r"exchange the keys: " + KEY_VALUE, exchange),
    (r"exchange the keys (?P<one>\w+) and (?P<other>\w+)", exchange),
    (r"write its value or remove it", restore),
)
"""What a hint says -> what is done."""
