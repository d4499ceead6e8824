"""Dense layers, EinsumDense, embeddings, and layers that compute nothing, as operators."""

from nnspec.catalog.layers import regularization
from nnspec.catalog.layers.competitive import SelfOrganizingMap
from nnspec.catalog.layers.core import Dense, Identity, Masking
from nnspec.catalog.layers.einsum import EinsumDense
from nnspec.catalog.layers.embedding import Lookup
from nnspec.exchange.write.onnx.activations import activate
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, with_bias, writes
from nnspec.exchange.write.onnx.graph import DOUBLE, FLOAT
from nnspec.exchange.write.onnx.masks import steps_that_count


@writes(Dense)
def write_dense(layer: Dense, call: Call) -> Names:
    """Write a product with the kernel, which holds what a low-rank addition learned."""
    writer, (kernel, *bias) = call.writer, call.weights.own
    value = writer.op("MatMul", call.floats[0], writer.floats(kernel))
    if layer.use_bias:
        value = writer.op("Add", value, writer.floats(bias[0]))
    return (activate(layer.activation, writer, value),)


@writes(EinsumDense)
def write_einsum_dense(layer: EinsumDense, call: Call) -> Names:
    """Write a product by an equation; Keras lays the bias out along its axes."""
    writer, (kernel, *bias) = call.writer, call.weights.own
    value = writer.op("Einsum", call.floats[0], writer.floats(kernel), equation=layer.equation)
    if layer.bias_axes:
        value = with_bias(writer, value, bias[0], call.outputs[0].shape)
    return (activate(layer.activation, writer, value),)


@writes(Lookup)
def write_lookup(layer: Lookup, call: Call) -> Names:  # noqa: ARG001 - as the others
    """Write the rows of a trained table."""
    table = call.writer.floats(call.weights.own[0])
    return (call.writer.op("Gather", table, call.values[0], axis=0),)


@writes(Identity, regularization.Random, regularization.ActivityRegularization)
def write_nothing(layer: Identity, call: Call) -> Names:  # noqa: ARG001 - as the others
    """Return what came in: these layers compute nothing, or only in training."""
    kind = call.outputs[0].element
    return (as_kind(call.writer, call.values[0], call.inputs[0].element, kind),)


@writes(Masking)
def write_masking(layer: Masking, call: Call) -> Names:
    """Write zeros in the steps that are marked."""
    writer = call.writer
    counts = writer.expand_dims(steps_that_count(layer, call), -1)
    value = writer.op("Where", counts, call.floats[0], writer.floats(0))
    return (as_kind(writer, value, "float", call.outputs[0].element),)


@writes(SelfOrganizingMap)
def write_map(layer: SelfOrganizingMap, call: Call) -> Names:  # noqa: ARG001 - as the others
    """Write the distance of each row from each prototype, in double precision."""
    writer, points = call.writer, call.weights.own[0].astype("float64")
    rows = writer.cast(call.values[0], DOUBLE)
    own = writer.reduce("Sum", writer.op("Mul", rows, rows), [1], keepdims=True)
    product = writer.op("MatMul", rows, writer.constant(points.T))
    twice = writer.op("Mul", product, writer.constant(2.0, "float64"))
    squares = writer.op(
        "Add", writer.op("Sub", own, twice), writer.constant((points * points).sum(axis=1))
    )
    kept = writer.op("Max", squares, writer.constant(0.0, "float64"))
    return (writer.cast(writer.op("Sqrt", kept), FLOAT),)
