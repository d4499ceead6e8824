"""The main function: data, network, compile, fit, and the figures of the test rows."""

from collections.abc import Iterator, Mapping

from nnspec.build.training import in_steps, with_mode
from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.data import SPLITS, TargetFit
from nnspec.data.fit.needs import losses_by_output
from nnspec.exchange.write.python.code import (
    Call,
    Expression,
    Group,
    Item,
    Raw,
    give,
    keyword,
    literal,
    quoted,
)
from nnspec.exchange.write.python.facts import Facts
from nnspec.exchange.write.python.objects import describe_object
from nnspec.exchange.write.python.preparing import target_lines
from nnspec.exchange.write.python.spread import answer_of, is_spread, spread_loss
from nnspec.spec.training import HALF, named_metrics

BALANCED = """\
    sizes = np.bincount(aim[train].astype(int).ravel())
    weights = {code: len(train) / (len(sizes) * size) for code, size in enumerate(sizes)}"""
"""Weights of classes as scikit-learn balances them."""


def describe_main(facts: Facts, call: str) -> str:
    """Return the main function.

    Args:
        facts: what the program is written from.
        call: the expression that divides the rows.
    """
    return "\n".join(
        [
            "def main() -> None:",
            '    """Train the network and print its figures."""',
            *lines(facts, call),
        ]
    )


def lines(facts: Facts, call: str) -> Iterator[str]:
    """Give the lines of the main function."""
    several = len(facts.targets) > 1
    yield "    table = read_data()"
    if "rows" in call:
        yield f"    rows = len(table[{quoted(facts.columns()[0])}])"
    names = ", ".join(name if used(facts, name) else "_" for name in SPLITS)
    yield f"    {names} = {call}"
    seen = "train"
    if facts.section.window is not None:
        yield "    seen = np.arange(train[-1] + LENGTH + HORIZON)"
        seen = "seen"
    yield f"    x = make_inputs(table, {seen})"
    if several:
        yield "    truths, aims, units = {}, {}, {}"
    for output, target in facts.targets.items():
        yield from aim_lines(facts, output, target, seen)
        if several:
            key = quoted(layers_of(facts)[output])
            yield f"    truths[{key}], aims[{key}] = truth, aim"
            if scaled(facts, target):
                yield f"    units[{key}] = (scale, shift)"
    yield ""
    yield "    model = build_model()"
    yield "    model.summary()"
    yield give(compile_call(facts))
    if facts.training.class_weight:
        yield BALANCED
    yield give(fit_call(facts))
    if used(facts, "test"):
        yield ""
        yield from figure_lines(facts)


def used(facts: Facts, split: str) -> bool:
    """Tell whether a split has rows."""
    return any(name == split and len(one) > 0 for name, one in facts.dataset.splits.items())


def scaled(facts: Facts, target: TargetFit) -> bool:
    """Tell whether an output's numbers are not in the target's own units."""
    if target.need == "reconstruction":
        return True
    return target.need == "regression" and facts.section.target_scaling != "none"


def aim_lines(facts: Facts, output: str, target: TargetFit, seen: str) -> Iterator[str]:
    """Give the lines that make one output's target."""
    if target.need != "reconstruction":
        yield from target_lines(facts, output, target)
        return
    several = len(facts.dataset.fitted.inputs) > 1
    yield f"    aim = x[{quoted(target.reconstructs or '')}]" if several else "    aim = x"
    yield f"    scale, shift = find_units(table, {seen})"
    yield "    truth = aim * scale + shift"


def layers_of(facts: Facts) -> dict[str, str]:
    """Return the layer that each output leaves."""
    return {one.name: one.source.node for one in facts.network.graph.outputs}


def compile_call(facts: Facts) -> Expression:
    """Return the call of `compile`."""
    training, layers = facts.training, layers_of(facts)
    rows = len(facts.dataset.splits["train"])
    steps = -(-rows // training.batch_size)
    items = [keyword("optimizer", describe_object(in_steps(training.optimizer, steps)))]
    items.append(keyword("loss", losses(facts)))
    if training.loss_weights is not None:
        weights = {layer: training.loss_weights.get(name, 1.0) for name, layer in layers.items()}
        items.append(keyword("loss_weights", literal(weights)))
    found = metrics(facts)
    if found is not None:
        items.append(keyword("metrics", found))
    return Call("model.compile", tuple(items))


def losses(facts: Facts) -> Expression:
    """Return the loss, or one for each output."""
    loss, layers = facts.training.loss, layers_of(facts)
    own = spread_loss(next(iter(facts.targets.values())))
    if own is not None:
        return Raw(own)
    if not isinstance(loss, dict):
        return describe_loss(loss)
    return mapping(
        {
            layers.get(name, name): Raw("None") if one is None else describe_loss(one)
            for name, one in loss.items()
        }
    )


def describe_loss(loss: Loss) -> Expression:
    """Return a loss; where everything is default its name alone, as Keras' own examples have it."""
    return describe_object(loss)


def metrics(facts: Facts) -> Expression | None:
    """Return the metrics, of several outputs by name; None where there are none."""
    layers = layers_of(facts)
    by_loss = losses_by_output(facts.training, tuple(layers))
    named = named_metrics(facts.training.metrics)
    by_output = named if isinstance(named, dict) else dict.fromkeys(layers, named)
    found = {
        layers.get(name, name): Group(
            "[", "]", tuple(Item(describe_metric(one, by_loss.get(name))) for one in some)
        )
        for name, some in by_output.items()
        if some and not (name in facts.targets and is_spread(facts.targets[name]))
    }
    if not found:
        return None
    return next(iter(found.values())) if len(layers) == 1 else mapping(found)


def describe_metric(metric: Metric, loss: Loss | None) -> Expression:
    """Return a metric; of a yes or no Keras' word would look for the largest one."""
    if metric.keras_name == "accuracy" and loss is not None and loss.task == "binary":
        return Call("keras.metrics.BinaryAccuracy", (keyword("name", literal("accuracy")),))
    return describe_object(metric)


def mapping(values: Mapping[str, Expression]) -> Expression:
    """Return a mapping by name."""
    items = (Item(value, f"{quoted(name)}: ") for name, value in values.items())
    return Group("{", "}", tuple(items))


def taken(facts: Facts, what: str, split: str) -> Expression:
    """Return the rows of a split, of one array or of each by name."""
    several = len(facts.dataset.fitted.inputs if what == "x" else facts.targets) > 1
    if not several:
        return Raw(f"{'aim' if what == 'y' else 'x'}[{split}]")
    return Raw(f"take({'aims' if what == 'y' else 'x'}, {split})")


TAKE = '''\
def take(arrays: Arrays, rows: np.ndarray) -> Arrays:
    """Return some rows of each array."""
    return {name: array[rows] for name, array in arrays.items()}
'''


def fit_call(facts: Facts) -> Expression:
    """Return the call of `fit`."""
    training = facts.training
    items = [Item(taken(facts, "x", "train")), Item(taken(facts, "y", "train"))]
    items += [
        keyword("batch_size", literal(training.batch_size)),
        keyword("epochs", literal(training.epochs)),
    ]
    if not training.shuffle:
        items.append(keyword("shuffle", Raw("False")))
    if used(facts, "validation"):
        rows = (taken(facts, what, "validation") for what in "xy")
        items.append(keyword("validation_data", Group("(", ")", tuple(map(Item, rows)))))
    if training.class_weight:
        items.append(keyword("class_weight", Raw("weights")))
    callbacks = [describe_object(with_mode(one, training)) for one in training.callbacks]
    if callbacks:
        items.append(keyword("callbacks", Group("[", "]", tuple(map(Item, callbacks)))))
    items.append(keyword("verbose", Raw("2")))
    return Call("model.fit", tuple(items))


REPORT_NUMBERS = '''\
def report_numbers(name: str, truth: np.ndarray, predicted: np.ndarray) -> None:
    """Print the errors of predicted numbers, in the target's own units."""
    errors = predicted - truth
    rmse, mae = np.sqrt(np.mean(errors**2)), np.mean(np.abs(errors))
    print(f"{name}: rmse {rmse:.6g}, mae {mae:.6g}")
'''
REPORT_CLASSES = '''\
def report_classes(name: str, codes: np.ndarray, predicted: np.ndarray) -> None:
    """Print the share of rows whose class is predicted."""
    print(f"{name}: accuracy {np.mean(codes == predicted):.6g}")
'''


def figure_lines(facts: Facts) -> Iterator[str]:
    """Give the lines that print the figures of the test rows."""
    several = len(facts.targets) > 1
    yield f"    predicted = model.predict({taken(facts, 'x', 'test').text}, verbose=0)"  # type: ignore[union-attr]
    for output, target in facts.targets.items():
        layer = quoted(layers_of(facts)[output])
        name = quoted(f"test, {output}" if several else "test")
        place = list(layers_of(facts)).index(output)
        given = f"predicted[{place}]" if len(layers_of(facts)) > 1 else "predicted"
        truth = f"truths[{layer}]" if several else "truth"
        aim = f"aims[{layer}]" if several else "aim"
        if several and scaled(facts, target):
            yield f"    scale, shift = units[{layer}]"
        if is_spread(target):
            yield f"    predicted = {answer_of(target, given)}"
        if target.need in {"regression", "reconstruction"}:
            numbers = f"{given} * scale + shift" if scaled(facts, target) else given
            numbers = f"np.expm1({numbers})" if target.log else numbers
            yield f"    report_numbers({name}, {truth}[test], {numbers})"
        elif target.need == "binary":
            asked = facts.spec.evaluation.threshold
            threshold = asked if isinstance(asked, float | int) else HALF
            yield f"    report_classes({name}, {aim}[test], {given} > {threshold!r})"
        else:
            codes = f"{aim}[test].argmax(axis=-1)" if target.one_hot else f"{aim}[test]"
            yield f"    report_classes({name}, {codes}, {given}.argmax(axis=-1))"
