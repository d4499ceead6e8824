"""Floor 5: the split, the run and its gates against what the training can use of them."""

from collections.abc import Iterator
from typing import get_args

from nnspec.catalog.dtypes import OtherPolicy, computed
from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.rules.case import Case, at
from nnspec.rules.figures import log_name
from nnspec.rules.gradients import has_free_weights
from nnspec.rules.kinds import argument, inner
from nnspec.rules.rule import rule
from nnspec.rules.within import places

RANKING = frozenset({"SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy"})


@rule("T108")
def check_test(case: Case) -> Iterator[Diagnostic]:
    """Find trainings whose report has no rows that the network has not seen."""
    gated = bool(case.spec.evaluation.gates)
    if case.spec.data and case.training and case.spec.data.split.test == 0 and not gated:
        message = "split.test is 0: no rows are kept to judge the trained network on"
        place = case.place("data", "split", "test")
        yield Diagnostic("T108", message, place, "write test: 0.15")


@rule("T110")
def check_deterministic(case: Case) -> Iterator[Diagnostic]:
    """Find a run that must be compiled by XLA and cannot be, for the sake of equal bits.

    Source: Keras 3.15, keras/src/trainers/trainer.py, model_supports_jit: operations that are
    deterministic turn XLA off.
    """
    runtime = case.spec.runtime
    if runtime.deterministic and runtime.xla == "required":
        message = "deterministic: true turns XLA off; xla: required refuses to run without it"
        also = case.also("deterministic is here", "runtime", "deterministic")
        place = case.place("runtime", "xla")
        yield Diagnostic("T110", message, place, "write xla: off, or deterministic: false", also)


@rule("T111")
def check_batch(case: Case) -> Iterator[Diagnostic]:
    """Find batches larger than the training rows."""
    if case.training and case.rows and case.training.batch_size > case.rows:
        message = (
            f"a batch_size of {case.training.batch_size} is larger than the {case.rows} "
            "training rows: each epoch is one step"
        )
        place = case.place("training", "batch_size")
        yield Diagnostic("T111", message, place, "write batch_size: 32")


@rule("T128")
def check_built_batch(case: Case) -> Iterator[Diagnostic]:
    """Find batches of another size than the one that an Input is built for."""
    if case.training is None:
        return
    wanted = case.training.batch_size
    for node in case.network.inputs:
        size = built_batch(node)
        if size is not None and size != wanted:
            message = (
                f'"{node.name}" is built for batches of {size} rows; '
                f"the training takes batches of {wanted}"
            )
            also = case.also("the training's batch is here", "training", "batch_size")
            hint = f"write batch_size: {size} under training, or leave it out of the Input"
            yield Diagnostic("T128", message, node.node.origin.of("batch_size"), hint, also)


def built_batch(node: ResolvedNode) -> int | None:
    """Return the rows of a batch that an input is built for; None: any number."""
    size = getattr(node.layer, "batch_size", None)
    return size if isinstance(size, int) else None


@rule("T112")
def check_single_rows(case: Case) -> Iterator[Diagnostic]:
    """Find BatchNormalization over batches of one row."""
    if case.training is None or case.training.batch_size > 1:
        return
    for node in case.layers("BatchNormalization"):
        if node.outputs and node.outputs[0].rank > 2:  # noqa: PLR2004 - positions vary within a row
            continue
        message = "BatchNormalization over a batch of 1 row gives its beta, whatever comes in"
        also = case.also("the batch size is here", "training", "batch_size")
        hint = "write a batch_size of 16 or more, or LayerNormalization"
        yield Diagnostic("T112", message, node.node.origin.head, hint, also)


@rule("T113")
def check_trainable(case: Case) -> Iterator[Diagnostic]:
    """Find networks that the training cannot change."""
    if case.training is None or not case.complete or not case.network.nodes:
        return
    free = (
        one
        for node in case.network.nodes
        if node.layer is not None and node.layer.trainable
        for one in node.weights
        if one.trainable
    )
    if next(free, None) is None:
        some = any(node.weights for node in case.network.nodes)
        found = "every layer has trainable: false" if some else "no layer has weights"
        message = f"the training has nothing to change: {found}"
        yield Diagnostic("T113", message, case.place("model"), "train at least one layer")


@rule("T126")
def check_stateful(case: Case) -> Iterator[Diagnostic]:
    """Find states carried from batch to batch while the batches are shuffled."""
    if case.training is None or not case.training.shuffle:
        return
    for node in case.network.nodes:
        if getattr(node.layer, "stateful", False):
            message = (
                "stateful: true continues each batch from the one before; "
                "shuffle: true puts them in another order"
            )
            also = case.also("the training is here", "training")
            hint = "add shuffle: false to training"
            yield Diagnostic("T126", message, node.node.origin.of("stateful"), hint, also)


@rule("T132")
def check_types_of_numbers(case: Case) -> Iterator[Diagnostic]:
    """Find layers that the run's type of numbers, or their own, does not suit."""
    policy = case.spec.runtime.dtype_policy
    for node in case.network.nodes:
        layer = node.layer
        if layer is None:
            continue
        if layer.dtype is None and policy in layer.uncomputed:
            message = f"TensorFlow does not compute {layer.keras_name} in {policy}, the run's type"
            also = case.also("the policy is here", "runtime", "dtype_policy")
            place = node.node.origin.of(None)
            yield Diagnostic("T132", message, place, "add dtype: float32 to it", also)
        elif layer.dtype in get_args(OtherPolicy) and any(one.trainable for one in node.weights):
            message = f"the weights of {layer.keras_name} cannot learn in {layer.dtype}"
            yield at(node, "T132", message, "dtype", hint="write dtype: float32")


@rule("T132")
def check_clipping(case: Case) -> Iterator[Diagnostic]:
    """Find gradients of several types of numbers that are clipped by one norm.

    Source: TensorFlow 2.21, tf.clip_by_global_norm multiplies them all with one factor.
    """
    if case.within or case.training is None or not case.training.optimizer.global_clipnorm:
        return
    run = case.spec.runtime.dtype_policy
    kept: dict[str, ResolvedNode] = {}
    for place in places(case.network):
        layer = place.node.layer
        # The layers of a model within the model come by themselves.
        if layer is not None and not isinstance(layer, Nested) and has_free_weights(place.node):
            policy = layer.dtype or run
            kept.setdefault("float32" if policy.startswith("mixed_") else policy, place.node)
    if len(kept) > 1:
        message = f"global_clipnorm takes weights of one type; there are {' and '.join(kept)}"
        also = tuple(
            Related(f"{one} is here", node.node.origin.of("dtype")) for one, node in kept.items()
        )
        where = case.place("training", "optimizer", "global_clipnorm")
        yield Diagnostic("T132", message, where, "write clipnorm, or one dtype", also)


@rule("T132")
def check_activity(case: Case) -> Iterator[Diagnostic]:
    """Find penalties on outputs in half numbers, which are added to a loss in whole ones.

    Source: Keras 3.15, keras/src/trainers/trainer.py, compute_loss: losses are stacked as they are.
    """
    run = case.spec.runtime.dtype_policy
    for place in () if case.within else places(case.network):
        layer = inner(place.node.layer) if place.node.layer else None
        if layer is None or computed(layer.dtype or run) == "float32":
            continue
        own = layer.keras_name == "ActivityRegularization"
        if case.training and (own or argument(layer, "activity_regularizer")):
            message = (
                f"the penalty on the outputs of {layer.keras_name} comes in "
                f"{computed(layer.dtype or run)}, and is to be added to a loss in float32"
            )
            hint = "add dtype: float32 to it"
            yield at(place.node, "T132", message, "activity_regularizer", hint=hint)


@rule("T132")
def check_ranking(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that TensorFlow does not rank half numbers for.

    Source: TensorFlow 2.21, InTopKV2 takes float32 alone.
    """
    policy = case.spec.runtime.dtype_policy
    for head in case.trained:
        own = head.node.layer.dtype if head.node and head.node.layer else None
        if computed(own or policy) == "float32":
            continue
        for metric, path in head.metrics:
            if metric.keras_name in RANKING:
                message = (
                    f"TensorFlow does not compute {log_name(metric)} in {computed(own or policy)}, "
                    "which the last layer gives"
                )
                hint = "add dtype: float32 to the last layer"
                yield Diagnostic("T132", message, case.place(*path), hint)


@rule("T127")
def check_half_precision(case: Case) -> Iterator[Diagnostic]:
    """Find heads whose probabilities are computed in half precision."""
    policy = case.spec.runtime.dtype_policy
    if policy not in {"mixed_float16", "mixed_bfloat16"}:
        return
    for head in case.trained:
        if head.node and head.node.layer and head.node.layer.dtype is None and not head.behind:
            message = f"the last layer computes in half precision under {policy}"
            also = case.also("the policy is here", "runtime", "dtype_policy")
            yield Diagnostic("T127", message, head.place, "add dtype: float32 to it", also)
