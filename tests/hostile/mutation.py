"""Specs gone wrong: real ones with bytes flipped, tokens swapped, values blown up, parts nested.

Used by tests and by `bench/fuzz.py`; every mutation is a pure function of a random generator and
a text.
"""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("specs", "tests/golden/bad")
SUFFIXES = {".yaml", ".json"}
LARGEST_SEED = 20_000
"""Bytes; larger seeds are tried by themselves, not mutated."""

TOKEN = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?|[^\sA-Za-z0-9_]|\s+")
NUMBERS = (
    b"-1 0 1 2147483647 2147483648 4294967296 1e309 -1e-400 1000000000000 .inf -.inf .nan 0x7f "
    b"0o17 1_000 1e-3 0.5 00 -0 + - . 1.2.3 99999999999999999999999999999999"
).split()
WORDS = (
    b"null ~ true false yes no Lambda relu adam mse Dense Conv2D LSTM Add Concatenate Input "
    b"Flatten use inputs outputs name repeat each blocks variables layers parameters config "
    b"class_name module os.system $x $$x ${HOME} {{7*7}} <<: *a &a !foo !!binary ! | > ? - : "
    b", [ ] { } # ' \" "
    b"../../etc/passwd /etc/passwd file:///etc/passwd http://169.254.169.254/ sklearn:wine "
    b"\xef\xbb\xbf \xe2\x80\xae \xe2\x80\xa8 \xff\xfe \x00 \x07 \x1b[31m "
    b"\xf0\x9f\x98\x80 \xed\xa0\x80"
).split(b" ")

WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9]{2,}")
NUMBER = re.compile(rb"(?<![A-Za-z_0-9.])[-+]?[0-9][0-9.]*(?:e[-+]?[0-9]+)?")

Mutation = Callable[[random.Random, bytes], bytes]


def read_seeds() -> list[bytes]:
    """Return the shipped specs and the specs of the golden files, small ones."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).iterdir())]
    texts = [path.read_bytes() for path in paths if path.suffix in SUFFIXES]
    return [text for text in texts if len(text) <= LARGEST_SEED]


VOCABULARY = sorted({word for text in read_seeds() for word in WORD.findall(text)})
SHIPPED = sum(1 for path in (ROOT / FOLDERS[0]).iterdir() if path.suffix in SUFFIXES)
HALF = 0.5


def mutate(draw: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return a seed after one to six mutations."""
    text = draw.choice(seeds if draw.random() < HALF else seeds[:SHIPPED])
    for _ in range(draw.choice((1, 1, 2, 3, 6))):
        text = draw.choice(MUTATIONS)(draw, text)
    if draw.random() < 0.1:
        other = draw.choice(seeds)
        text = text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other) + 1) :]
    return text


def flip_bytes(draw: random.Random, text: bytes) -> bytes:
    """Change some bytes to any others."""
    changed = bytearray(text)
    for _ in range(draw.randint(1, 4) if changed else 0):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def replace_token(draw: random.Random, text: bytes) -> bytes:
    """Put a number or word where another token stood."""
    spans = [match.span() for match in TOKEN.finditer(text)]
    if not spans:
        return text
    start, end = draw.choice(spans)
    return text[:start] + draw.choice((*NUMBERS, *WORDS)) + text[end:]


def exchange_word(draw: random.Random, text: bytes) -> bytes:
    """Put a word of the language where another word stood."""
    return exchange(draw, text, WORD, VOCABULARY)


def exchange_number(draw: random.Random, text: bytes) -> bytes:
    """Put a number where another stood."""
    return exchange(draw, text, NUMBER, NUMBERS)


def exchange(
    draw: random.Random, text: bytes, kind: re.Pattern[bytes], others: Sequence[bytes]
) -> bytes:
    """Put one of others where a match stood."""
    spans = [match.span() for match in kind.finditer(text)]
    if not spans:
        return text
    start, end = draw.choice(spans)
    return text[:start] + draw.choice(others) + text[end:]


def swap_tokens(draw: random.Random, text: bytes) -> bytes:
    """Exchange two tokens."""
    tokens = TOKEN.findall(text)
    if len(tokens) > 1:
        one, other = draw.randrange(len(tokens)), draw.randrange(len(tokens))
        tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def move_lines(draw: random.Random, text: bytes) -> bytes:
    """Copy, drop or re-indent some lines."""
    lines = text.split(b"\n")
    at, count = draw.randrange(len(lines)), draw.randint(1, 4)
    part = lines[at : at + count]
    match draw.randrange(4):
        case 0:
            lines[at : at + count] = []
        case 1:
            lines[at : at + count] = [b" " * draw.randint(1, 4) + line for line in part]
        case 2:
            lines[at : at + count] = [line.removeprefix(b"  ") for line in part]
        case _:
            to = draw.randrange(len(lines) + 1)
            lines[to:to] = part * draw.choice((1, 1, 2, 50))
    return b"\n".join(lines)


def insert_word(draw: random.Random, text: bytes) -> bytes:
    """Put a word or number between two bytes."""
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice((b"", b" ")) + draw.choice(WORDS) + text[at:]


def nest(draw: random.Random, text: bytes) -> bytes:
    """Wrap a token into brackets or braces, some of them many times."""
    spans = [match.span() for match in TOKEN.finditer(text)]
    if not spans:
        return text
    start, end = draw.choice(spans)
    depth = draw.choice((1, 2, 30, 70, 2000))
    opening, closing = draw.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b"")))
    return text[:start] + opening * depth + text[start:end] + closing * depth + text[end:]


def repeat_token(draw: random.Random, text: bytes) -> bytes:
    """Write a stretch many times."""
    start = draw.randrange(len(text) + 1)
    part = text[start : start + draw.randint(1, 30)]
    return text[:start] + part * draw.choice((2, 10, 300, 3000)) + text[start:]


def cut(draw: random.Random, text: bytes) -> bytes:
    """End the text early."""
    return text[: draw.randrange(len(text) + 1)]


def multiply_aliases(draw: random.Random, text: bytes) -> bytes:
    """Add anchors that repeat one another."""
    levels = [
        b"  v%d: &v%d [%s]" % (level, level, b", ".join([b"*v%d" % (level - 1)] * 8))
        for level in range(1, draw.randint(2, 12))
    ]
    return b"\n".join([b"variables:", b"  v0: &v0 [x, x, x, x]", *levels, text])


MUTATIONS: tuple[Mutation, ...] = (
    *(exchange_word, exchange_number) * 5,
    move_lines,
    flip_bytes,
    replace_token,
    replace_token,
    swap_tokens,
    move_lines,
    insert_word,
    nest,
    repeat_token,
    cut,
    multiply_aliases,
)
