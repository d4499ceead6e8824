"""EinsumDense: a trained product of axes, written as an equation; floor 2."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.layers.weighted import Bias, Kernel, LowRank
from nnspec.catalog.types import Positive, Text
from nnspec.shapes import Shape, ShapeError, Weight, elements, show

PATTERN = re.compile(
    r"(?P<left>\.\.\.)?(?P<taken>[a-zA-Z]+)(?P<right>\.\.\.)?,(?P<kernel>[a-zA-Z]+)->"
    r"(?P<left_out>\.\.\.)?(?P<given>[a-zA-Z]+)(?P<right_out>\.\.\.)?"
)


@dataclass(frozen=True, slots=True)
class Equation:
    """The letters of an equation: taken,kernel->given, with "..." on neither or one side."""

    taken: str
    kernel: str
    given: str
    left: bool
    right: bool

    @property
    def letters(self) -> str:
        """Return every letter once."""
        return "".join(dict.fromkeys(self.taken + self.kernel + self.given))


def parse_equation(text: str) -> Equation | None:
    """Return the parts of an equation, None if it is of no form that Keras takes.

    Source: Keras 3.15, keras/src/layers/core/einsum_dense.py, _analyze_einsum_string.
    """
    match = PATTERN.fullmatch(text)
    if match is None:
        return None
    left, right = bool(match["left"]), bool(match["right"])
    taken, kernel, given = match["taken"], match["kernel"], match["given"]
    paired = left == bool(match["left_out"]) and right == bool(match["right_out"])
    once = all(len(set(part)) == len(part) for part in (taken, kernel, given))
    if not paired or not once or (left and right) or (right and len(taken) == 1):
        return None
    return Equation(taken, kernel, given, left, right)


class EinsumDense(Kernel, Bias, LowRank):
    """Multiplies axes with a trained kernel, by an equation of one letter an axis.

    With abc,cd->abd, (batch, steps, features) in, (batch, steps, units) out: a is the batch, b
    the steps, c the features, d the units.
    """

    passes_mask = False
    consumes = NUMERIC
    omitted: ClassVar[Mapping[str, str]] = {
        "quantization_config": "quantizing follows training; it is no part of a network",
        "gptq_unpacked_column_size": "quantizing follows training; it is no part of a network",
    }

    equation: Text = Field(examples=["abc,cd->abd"])
    """Axes of input, kernel and output, a letter each: ab,bc->ac; ... stands for further axes."""
    output_shape: Positive | Annotated[tuple[Positive | None, ...], Field(max_length=16)] = Field(
        examples=[[None, 64]]
    )
    """Lengths of the output's named axes, the batch left out; null for an unknown one."""
    bias_axes: Text | None = Field(default=None, examples=["d"])
    """Letters of the output's axes that the bias runs along; no bias if absent."""

    @model_validator(mode="after")
    def check_equation(self) -> Self:
        """Refuse an equation that is malformed, or whose letters do not fit together."""
        equation = parse_equation(self.equation)
        if equation is None:
            problem = "is not of the form ab,bc->ac, ...ab,bc->...ac or ab...,bc->ac..."
        elif stray := set(equation.given) - set(equation.taken + equation.kernel):
            problem = f"gives axis {min(stray)}, which neither input nor kernel has"
        elif stray := set(equation.kernel) - set(equation.taken + equation.given):
            problem = f"leaves the length of the kernel's axis {min(stray)} open"
        else:
            return self.check_letters(equation)
        raise PydanticCustomError(
            "equation",
            "equation {equation} {problem}",
            {"equation": self.equation, "problem": problem, "field": "equation"},
        )

    def check_letters(self, equation: Equation) -> Self:
        """Refuse bias axes that the output lacks, and an addition to a constrained kernel."""
        if stray := set(self.bias_axes or "") - set(equation.given):
            raise PydanticCustomError(
                "equation",
                "bias_axes {axes} names {stray}, which the output {given} lacks",
                {
                    "axes": self.bias_axes,
                    "stray": min(stray),
                    "given": equation.given,
                    "field": "bias_axes",
                },
            )
        if self.lora_rank is not None and self.kernel_constraint is not None:
            raise PydanticCustomError(
                "contradiction",
                "lora_rank {rank} cannot be combined with a kernel_constraint",
                {"rank": self.lora_rank, "field": "kernel_constraint"},
            )
        return self

    @property
    def parsed(self) -> Equation:
        """Return the parts of the equation."""
        equation = parse_equation(self.equation)
        assert equation is not None, "checked when the layer was made"
        return equation

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the batch and the output's axes, further axes where ... stands."""
        equation = self.parsed
        further = len(shape) - len(equation.taken)
        if further < 0 or (further and not (equation.left or equation.right)):
            least = " or more" if equation.left or equation.right else ""
            raise ShapeError(
                "G301",
                f"equation {self.equation} takes an input of rank {len(equation.taken)}{least} "
                f"(batch included); got rank {len(shape)}, shape {show(shape)}",
                field="equation",
            )
        out = self.complete(shape, further)
        self.check_shared(shape, out)
        return out

    def complete(self, shape: Shape, further: int) -> Shape:
        """Return the whole output shape: the batch, output_shape, and the further axes."""
        named = (self.output_shape,) if isinstance(self.output_shape, int) else self.output_shape
        equation = self.parsed
        batch_elided = equation.left and further > 0
        due = len(equation.given) - (0 if batch_elided else 1)
        if len(named) != due:
            raise ShapeError(
                "G304",
                f"output_shape has {len(named)} entries; equation {self.equation} needs {due}",
                field="output_shape",
                hint=f"give the lengths of {', '.join(equation.given[-due:])}" if due else None,
            )
        if equation.left:
            return (shape[0], *shape[1:further], *named)
        return (shape[0], *named, *shape[len(shape) - further :])

    def check_shared(self, shape: Shape, out: Shape) -> None:
        """Refuse an axis of one length in the input and another in the output."""
        incoming, outgoing = self.lengths(shape, out)
        for letter in self.parsed.taken:
            wanted = outgoing.get(letter)
            if wanted is not None and wanted != incoming[letter]:
                found = "unknown" if incoming[letter] is None else str(incoming[letter])
                raise ShapeError(
                    "G304",
                    f"output_shape gives axis {letter} the length {wanted}; "
                    f"in the input it is {found}",
                    field="output_shape",
                    hint=f"write {'null' if incoming[letter] is None else found} there",
                )
        for letter in self.parsed.kernel:
            if outgoing.get(letter, incoming.get(letter)) is None:
                raise self.unknown(letter, "kernel", shape)
        for letter in self.bias_axes or "":
            if outgoing[letter] is None:
                raise self.unknown(letter, "bias", shape)

    def unknown(self, letter: str, weight: str, shape: Shape) -> ShapeError:
        """Return the refusal of a weight along an axis of unknown length (G306)."""
        return ShapeError(
            "G306",
            f"EinsumDense needs the length of axis {letter} of equation {self.equation} "
            f"for its {weight}; it is unknown in {show(shape)}",
            field="bias_axes" if weight == "bias" else None,
        )

    def lengths(
        self, shape: Shape, out: Shape
    ) -> tuple[dict[str, int | None], dict[str, int | None]]:
        """Return the lengths of the lettered axes of input and output."""
        equation = self.parsed
        skipped = len(shape) - len(equation.taken) if equation.left else 0
        incoming = dict(zip(equation.taken, shape[skipped:], strict=False))
        return incoming, dict(zip(equation.given, out[skipped:], strict=False))

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the kernel, as the equation says, and the bias along its axes."""
        shape = inputs[0].shape
        out = self.infer_shape(shape)
        incoming, outgoing = self.lengths(shape, out)
        extents = tuple(
            outgoing[letter] if letter in outgoing else incoming[letter]
            for letter in self.parsed.kernel
        )
        bias = self.bias_weights(shape, outgoing)
        return self.with_addition(Weight("kernel", extents), bias, extents[:-1])

    def bias_weights(self, shape: Shape, outgoing: dict[str, int | None]) -> tuple[Weight, ...]:
        """Return the bias, of length 1 along axes that it does not name."""
        axes, equation = self.bias_axes, self.parsed
        if axes is None:
            return ()
        first = min(equation.given.index(letter) for letter in axes)
        bias = [outgoing[one] if one in axes else 1 for one in equation.given[first:]]
        if equation.right:
            bias += [1] * (len(shape) - len(equation.taken))
        return (Weight("bias", tuple(bias)),)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per product, and the finish."""
        shape = inputs[0].shape
        out = self.infer_shape(shape)
        outputs = elements(out[1:])
        incoming, outgoing = self.lengths(shape, out)
        summed = [incoming[one] for one in self.parsed.taken if one not in outgoing]
        products = elements((*out[1:], *summed))
        if outputs is None or products is None:
            return None
        return 2 * products + self.finishing(outputs, biased=self.bias_axes is not None)
