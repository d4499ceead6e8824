"""A spec to a program: imports, constants, functions, and the network last but for the main one."""

import re
from collections.abc import Iterator
from textwrap import wrap

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.write.python import preparing, training
from nnspec.exchange.write.python.facts import Facts, unsayable
from nnspec.exchange.write.python.network import describe_network
from nnspec.exchange.write.python.objects import Unsayable
from nnspec.exchange.write.python.reading import columns_constant, describe_reading, path_of
from nnspec.exchange.write.python.splitting import Splitting
from nnspec.exchange.write.python.spread import spread_losses, unsayable_spread
from nnspec.network.network import Network
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.spec import Spec
from nnspec.spec.training import EvaluationSection

IMPORTS = (
    ("floor(", "from math import floor"),
    ("Path(", "from pathlib import Path"),
    (": Any", "from typing import Any"),
    ("", ""),
    ("keras.", "import keras"),
    ("np.", "import numpy as np"),
    ("pl.", "import polars as pl"),
)
"""What a text holds that needs an import, in the order in which they stand."""
DONE = ("baselines", "checks", "threshold")
"""Settings of the evaluation that change no figure which a program prints, or that it follows."""
HINT = "export to keras or savedmodel instead, or write that part another way"


def write_network(spec: Spec, network: Network) -> str:
    """Return a program that builds the network of a spec without data.

    Raises:
        Refused: A113 with all that no program of Keras' own names says.
    """
    with_seed = f"SEED = {spec.runtime.seed}"
    try:
        text = describe(spec, network)
    except Unsayable as reason:
        raise refuse(str(reason)) from None
    main = 'if __name__ == "__main__":\n    build_model().summary()'
    return assemble(spec, [with_seed], [text, main])


def write_program(facts: Facts) -> str:
    """Return a program that trains the network of a spec on its data, and prints its figures.

    Raises:
        Refused: A113 with all that no program of Keras' own names says.
    """
    reasons = [*unsayable(facts), *unsayable_spreads(facts)]
    functions: list[str] = []
    constants: list[str] = []
    for part in (data_parts, network_parts):
        try:
            some, more = part(facts) if not reasons or part is network_parts else ([], [])
            constants += some
            functions += more
        except Unsayable as reason:
            reasons.append(str(reason))
    if reasons:
        raise refuse("; ".join(dict.fromkeys(reasons)))
    return assemble(facts.spec, constants, functions)


def unsayable_spreads(facts: Facts) -> Iterator[str]:
    """Give what no program says about losses that Keras does not have."""
    for output, target in facts.targets.items():
        yield from (f'output "{output}": {one}' for one in unsayable_spread(facts, target))


def data_parts(facts: Facts) -> tuple[list[str], list[str]]:
    """Return constants and functions of the data and the training."""
    splitting = Splitting(facts)
    window = facts.section.window
    constants = ["Arrays = dict[str, np.ndarray]"]
    if not facts.piece.bundled:
        constants.append(path_of(facts))
    if not facts.piece.bundled and facts.piece.name.endswith(".npz"):
        constants.append(columns_constant(facts))
    constants += splitting.constants
    if window is not None:
        constants += [f"LENGTH = {window.length}", f"HORIZON = {window.farthest}"]
    return constants, [
        describe_reading(facts),
        splitting.function,
        *prepared(facts),
        *reports(facts),
    ]


def prepared(facts: Facts) -> Iterator[str]:
    """Give the functions that make inputs and targets."""
    yield from (preparing.MEASURES[one] for one in preparing.scalings(facts))
    if facts.section.window is not None:
        yield preparing.WINDOWS_OF
    yield preparing.describe_inputs(facts)
    for target in facts.targets.values():
        if preparing.needs_units(target):
            yield preparing.describe_units(facts, target)
    if max(len(facts.dataset.fitted.inputs), len(facts.targets)) > 1:
        yield training.TAKE


def reports(facts: Facts) -> Iterator[str]:
    """Give the functions that print figures."""
    if not training.used(facts, "test"):
        return
    needs = {target.need for target in facts.targets.values()}
    if needs & {"regression", "reconstruction"}:
        yield training.REPORT_NUMBERS
    if needs & {"binary", "multiclass"}:
        yield training.REPORT_CLASSES


def network_parts(facts: Facts) -> tuple[list[str], list[str]]:
    """Return the seed, and the functions of the network and of the training."""
    network = describe(facts.spec, facts.network)
    splitting = "split_rows(rows)"
    if not [*unsayable(facts)]:
        splitting = Splitting(facts).call
    main = training.describe_main(facts, splitting)
    return (
        [f"SEED = {facts.spec.runtime.seed}"],
        [network, *spread_losses(facts), main, 'if __name__ == "__main__":\n    main()'],
    )


def describe(spec: Spec, network: Network) -> str:
    """Return the functions of the network."""
    title = spec.name.replace(".", "_")
    return describe_network(network, title, policy=spec.runtime.dtype_policy)


def refuse(reasons: str) -> Refused:
    """Return the refusal of what no program of Keras' own names says."""
    message = f"a program in Keras' own names cannot say this: {reasons}"
    return Refused([Diagnostic("A113", message, hint=HINT)])


def assemble(spec: Spec, constants: list[str], functions: list[str]) -> str:
    """Return the text of a program, formatted."""
    body = "\n\n\n".join(one.strip("\n") for one in functions)
    text = "\n".join([*constants, "", "", body])
    title = re.sub(r"[^\w .-]", "", spec.name)
    what = "Trains" if "def main" in body else "Builds"
    doc = f'"""{what} the network "{title}" with Keras.{beyond(spec)}"""'
    return "\n".join([doc, "", *imports(text), "", text, ""])


def beyond(spec: Spec) -> str:
    """Return what the spec says of its evaluation and the program does not do, as further lines."""
    default = EvaluationSection()
    left = [
        name
        for name in EvaluationSection.model_fields
        if name not in DONE and getattr(spec.evaluation, name) != getattr(default, name)
    ]
    if not isinstance(spec.evaluation.threshold, float | int):
        left.append("threshold")
    if not left:
        return ""
    told = f"Of the spec's evaluation this program leaves out: {', '.join(left)}."
    return "\n\n" + "\n".join(wrap(told, 88)) + "\n"


def imports(text: str) -> Iterator[str]:
    """Give the imports that a text needs."""
    found = [line for sign, line in IMPORTS if not line or re.search(rf"\b{re.escape(sign)}", text)]
    if found[0] == "":
        del found[0]
    yield from found
    loaded = [name for name in BUNDLED_SETS if f"load_{name}()" in text]
    yield from (f"from sklearn.datasets import load_{name}" for name in loaded)
