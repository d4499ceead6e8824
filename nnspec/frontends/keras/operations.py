"""Operations on tensors in Keras' documents as layers that compute the same; floor 4.

`ops.reshape`, `x[:, 0]`, `x + y` and others are written by Keras as if they were layers.
"""

from collections.abc import Mapping

from nnspec.document import Plain
from nnspec.frontends.keras.arithmetic import ELEMENTWISE, Operation, activate
from nnspec.frontends.keras.calls import Call
from nnspec.frontends.keras.cuts import CUTS
from nnspec.frontends.keras.rearranging import REARRANGING
from nnspec.frontends.keras.steps import NoLayerComputesError, Rewritten

REWRITERS = {**ELEMENTWISE, **CUTS, **REARRANGING}
AXES = "layers work within each row, on axes of known lengths: write it with them in Keras"
SCORES = "let the outputs give the scores themselves: reports and predictions read classes off them"
BEFORE = "compute it in the data, or leave it out of the model"
BENDS = "LeakyReLU, ReLU with threshold and max_value, and PReLU are the layers of this kind"
ADVICE: Mapping[str, str] = {
    **dict.fromkeys(("Greater", "GreaterEqual", "Less", "LessEqual", "Where"), BENDS),
    **dict.fromkeys(("Argmax", "Argmin", "TopK", "Argsort", "Sort"), SCORES),
    **dict.fromkeys(
        ("Log", "Log1p", "Log2", "Log10", "Sqrt", "Sin", "Cos", "Floor", "Round", "FFT"), BEFORE
    ),
    **dict.fromkeys(
        ("Norm", "Rsqrt", "Std", "Divide", "TrueDivide", "Reciprocal"),
        "UnitNormalization, RMSNormalization, LayerNormalization and Softmax are the layers that "
        "divide; a constant divides, too",
    ),
    **dict.fromkeys(
        ("Einsum", "Tensordot", "Dot", "Matmul"),
        "Dot multiplies two tensors along one axis, EinsumDense one tensor with weights, "
        "MultiHeadAttention does it head by head",
    ),
    **dict.fromkeys(
        ("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"),
        "a Conv layer holds such a kernel as its weights",
    ),
    **dict.fromkeys(
        ("NotEqual", "Equal", "Any", "All", "LogicalAnd", "LogicalOr", "LogicalNot"),
        "Masking, and Embedding with mask_zero, make masks by themselves",
    ),
    **dict.fromkeys(
        ("OneHot", "MultiHot"), "CategoryEncoding turns whole numbers into codes; Embedding, too"
    ),
    **dict.fromkeys(
        ("Add", "Subtract", "Multiply", "Maximum", "Minimum"),
        "layers merge tensors of one rank; a constant is one number, or one for each element of "
        "the last axis (Rescaling)",
    ),
    "StopGradient": "write trainable: false on the layers before it",
    "Cast": "an Input says its dtype, and a layer its own",
}
"""What to write instead of an operation that no layer computes, or none in this form."""


def rewrite_operation(name: str, arguments: Mapping[str, Plain], call: Call) -> Rewritten:
    """Return the layers that compute what an operation does; none if there are no such.

    Args:
        name: class of the operation.
        arguments: those of the operation.
        call: how it is applied.
    """
    given = {key: value for key, value in arguments.items() if key != "name"}
    operation = Operation(name, call.positional, given)
    if call.settings or call.named or not operation.histories:
        return Rewritten()
    try:
        return REWRITERS.get(name, activate)(operation)
    except NoLayerComputesError:
        return Rewritten()


def advise(name: str) -> str:
    """Return what to write instead of an operation."""
    known = AXES if name in REWRITERS else "express it with layers of the catalogue"
    return ADVICE.get(name, known)
