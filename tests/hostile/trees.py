"""Specs gone wrong in their structure: parsed, their values exchanged, multiplied and moved about.

Text that is damaged anywhere is mostly refused where it is read. These mutants are sound YAML or
JSON of the language's own words, and so get as far as shapes and rules. Every mutation is a pure
function of a random generator and a tree.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutation import LARGEST_SEED, ROOT, SUFFIXES

from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.document.tree import plain

SOUND = ("specs", "specs/architectures")
UNSOUND = ("nnspec/reference/examples", "tests/golden/bad")
MOST = 0.8
"""Share of the mutants that are made of sound trees."""
EDGES: tuple[Any, ...] = (
    *(0, -1, 1, 2, -0.0, 0.5, 1e-308, 1e308, 1e-3, 255, 2**31, 2**53 + 1, 2**63, 10**30, 10**399),
    *(float("nan"), float("inf"), float("-inf"), True, False, None, "", "x", "$x", "1", "same", {}),
    *([], [0], [-1], [None], [1, 2], [3, 3], [1, 2, 3], [[1, 2], [3, 4]], [2**31] * 3, [1] * 300),
)
EQUATIONS = ("ab,bc->ac", "...a,ab->...b", "ab,->", "->", "a,a->aa", "ii,ij->j", "abc,cd->" * 9)
WRAPPERS = ("TimeDistributed", "Bidirectional", "SpectralNormalization", "RNN")
TIMES = (1, 1, 2, 3, 30, 700)
KERAS_KEYS = {"class_name", "config", "module", "registered_name"}

Tree = dict[str, Any]
Place = tuple[Any, Any]
"""A container, and the key or index in it."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What mutants are made of: trees, the sound ones first, and every value behind a key."""

    trees: Sequence[Tree]
    sound: int
    values: dict[str, list[Any]]

    def value(self, draw: random.Random, key: object) -> Any:
        """Return a value that stands behind this key somewhere, or behind any."""
        known = self.values.get(str(key))
        if not known or draw.random() < 0.1:
            known = draw.choice(list(self.values.values()))
        return deepcopy(draw.choice(known))


def read_stock(*folders: Path) -> Stock:
    """Return the trees of the shipped specs, of examples, and of further folders."""
    sound, unsound = (
        [tree for folder in several for tree in read_trees(folder)]
        for several in (
            (*(ROOT / name for name in SOUND), *folders),
            [ROOT / name for name in UNSOUND],
        )
    )
    trees = [*sound, *unsound]
    values: dict[str, list[Any]] = defaultdict(list)
    for tree in trees:
        for holder, key in places(tree):
            if isinstance(key, str) and len(values[key]) < 2000:
                values[key].append(holder[key])
    values["equation"] = list(EQUATIONS)
    return Stock(trees, len(sound), {key: found for key, found in values.items() if found})


def read_trees(folder: Path) -> Iterator[Tree]:
    """Yield the trees of a folder's files that are small and can be read."""
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES or path.stat().st_size > LARGEST_SEED:
            continue
        try:
            tree = plain(parse_document(path.read_bytes(), path.name).root)
        except Refused:
            continue
        if isinstance(tree, dict):
            yield tree


def places(tree: Any) -> Iterator[Place]:
    """Yield every container of a tree with each of its keys or indices."""
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                waiting.append(holder[key])


def mutate_tree(draw: random.Random, stock: Stock) -> Tree:
    """Return a tree after one to five mutations."""
    sound = stock.trees[: stock.sound]
    tree = deepcopy(draw.choice(sound if draw.random() < MOST else stock.trees))
    for _ in range(draw.choice((1, 1, 2, 3, 5))):
        found = list(places(tree))
        if found:
            draw.choice(TREE_MUTATIONS)(draw, stock, tree, draw.choice(found))
    return tree


def write_tree(tree: Tree) -> bytes:
    """Return a tree as JSON, which is YAML too; NaN and infinity in YAML's words."""
    text = json.dumps(tree, ensure_ascii=False)
    for word, ours in (("-Infinity", "-.inf"), ("Infinity", ".inf"), ("NaN", ".nan")):
        text = text.replace(f" {word}", f" {ours}")
    return text.encode("utf-8", "replace")


def exchange_value(draw: random.Random, stock: Stock, _: Tree, place: Place) -> None:
    """Put what stands behind the same key elsewhere."""
    holder, key = place
    holder[key] = stock.value(draw, key)


def put_edge(draw: random.Random, _: Stock, tree: Tree, place: Place) -> None:
    """Put an extreme value, rather for a scalar than for a container."""
    leaves = [(one, key) for one, key in places(tree) if not isinstance(one[key], (dict, list))]
    holder, key = draw.choice(leaves) if leaves and draw.random() < 0.8 else place
    holder[key] = deepcopy(draw.choice(EDGES))


def swap_values(draw: random.Random, _: Stock, tree: Tree, place: Place) -> None:
    """Exchange two values of a tree; one that holds the other is copied into it."""
    holder, key = place
    other, name = draw.choice(list(places(tree)))
    holder[key], other[name] = deepcopy(other[name]), deepcopy(holder[key])


def drop(_: random.Random, __: Stock, ___: Tree, place: Place) -> None:
    """Leave something out."""
    holder, key = place
    del holder[key]


def add_key(draw: random.Random, stock: Stock, _: Tree, place: Place) -> None:
    """Add a key that is known elsewhere, with a value of its own."""
    holder, key = place
    inner = holder[key]
    target = inner if isinstance(inner, dict) else holder
    name = draw.choice(list(stock.values))
    if isinstance(target, dict):
        target[name] = stock.value(draw, name)
    else:
        target.insert(key, {name: stock.value(draw, name)})


def rename(draw: random.Random, stock: Stock, _: Tree, place: Place) -> None:
    """Give a value the key of another."""
    holder, key = place
    if isinstance(holder, dict):
        holder[draw.choice(list(stock.values))] = holder.pop(key)


def multiply(draw: random.Random, __: Stock, tree: Tree, place: Place) -> None:
    """Write an entry of a list, or a named layer or block, many times."""
    lists = [(one, key) for one, key in places(tree) if isinstance(one, list)]
    holder, key = draw.choice(lists) if lists else place
    times = draw.choice(TIMES)
    if isinstance(holder, list):
        holder[key:key] = [deepcopy(holder[key]) for _ in range(times)]
    else:
        holder.update({f"{key}{number}": deepcopy(holder[key]) for number in range(times)})


def wrap(draw: random.Random, __: Stock, tree: Tree, place: Place) -> None:
    """Put a layer into wrappers, some of them many."""
    layers = [one for one in places(tree) if is_layer(one[0][one[1]])]
    holder, key = draw.choice(layers) if layers else place
    for _ in range(draw.choice((1, 1, 2, 5, 20, 55))):
        holder[key] = {draw.choice(WRAPPERS): {"layer": holder[key]}}


def is_layer(value: Any) -> bool:
    """Tell whether a value looks like an object with arguments."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value))[:1].isupper()


def repeat(draw: random.Random, stock: Stock, tree: Tree, place: Place) -> None:
    """Write `repeat`, `each`, `name`, `inputs` or `use` beside a layer."""
    layers = [one for one in places(tree) if isinstance(one[0][one[1]], dict)]
    holder, key = draw.choice(layers) if layers else place
    if isinstance(holder[key], dict):
        word = draw.choice(("repeat", "repeat", "each", "name", "inputs", "use", "outputs"))
        count = draw.choice((2, 40, 3000, 10**9))
        holder[key][word] = count if word == "repeat" else stock.value(draw, word)


def use_keras_form(draw: random.Random, _: Stock, tree: Tree, __: Place) -> None:
    """Write objects in Keras' own form."""
    share = draw.random()
    for holder, key in list(places(tree)):
        value = holder[key]
        if is_layer(value) and draw.random() < share:
            ((name, config),) = value.items()
            holder[key] = {"class_name": name, "config": config}


def use_as_model(draw: random.Random, stock: Stock, tree: Tree, _: Place) -> None:
    """Put the model of another spec, or all of it, where a layer, a block or the model stands."""
    other = draw.choice(stock.trees)
    model = deepcopy(other.get("model", other))
    match draw.randrange(4):
        case 0:
            tree["model"] = model
        case 1 if isinstance(tree.get("model"), list):
            tree["model"].insert(draw.randrange(len(tree["model"]) + 1), {"Model": model})
        case 2:
            tree.setdefault("blocks", {})
            if isinstance(tree["blocks"], dict):
                tree["blocks"]["extra"] = model
        case _:
            tree["model"] = {"class_name": "Sequential", "config": {"layers": model}}


TreeMutation = Callable[[random.Random, Stock, Tree, Place], None]
TREE_MUTATIONS: tuple[TreeMutation, ...] = (
    *(exchange_value, put_edge) * 4,
    *(swap_values, add_key, multiply, repeat) * 2,
    drop,
    rename,
    wrap,
    use_keras_form,
    use_as_model,
)
