"""The scalar and tuple types that catalogue fields are made of.

Strict: `true` is no number, `2.5` no whole number, `"50%"` no rate. One number stands for all
entries of a tuple wherever Keras allows it.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LARGEST = 2**31 - 1

Integer = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Positive = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
NonNegative = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
PositiveNumber = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NonNegativeNumber = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
"""A share of one: 0.2 is 20 %."""
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True, min_length=1, max_length=4096)]
Axes = Integer | Annotated[tuple[Integer, ...], Field(min_length=1)]
"""One axis or several; the batch axis is 0, the last is -1."""

DataFormat = Literal["channels_last", "channels_first"]
Padding = Literal["valid", "same"]


@dataclass(frozen=True, slots=True)
class Said:
    """Marks a setting with what it takes, in words, where its type says it badly."""

    words: str


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Marks a tuple of `count` numbers that may be written as one number for all of them."""

    count: int

    def __get_pydantic_core_schema__(
        self,
        source: object,
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.spread, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(schema)
        one = many["prefixItems"][0]
        return {
            "anyOf": [
                one,
                {"type": "array", "items": one, "minItems": self.count, "maxItems": self.count},
                {"type": "array", "items": one, "minItems": 1, "maxItems": 1},
            ]
        }

    def spread(self, value: object) -> object:
        """Return one number repeated; refuse a list of another length."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return (value,) * self.count
        if isinstance(value, (list, tuple)):
            if len(value) == 1:
                return (value[0],) * self.count
            if len(value) != self.count:
                expected = "1 number" if self.count == 1 else f"1 or {self.count} numbers"
                raise PydanticCustomError(
                    "count",
                    "needs {expected}; got {got}",
                    {"expected": expected, "got": len(value)},
                )
        return value


def ascending(pair: tuple[float, float]) -> tuple[float, float]:
    """Return a pair of numbers, known to ascend."""
    if pair[0] >= pair[1]:
        message = f"the first number must be below the second; got {list(pair)}"
        raise ValueError(message)
    return pair


ValueRange = Annotated[tuple[Number, Number], AfterValidator(ascending)]
"""Lowest and highest value of a pixel."""

Single = Annotated[tuple[Positive], Broadcast(1)]
Pair = Annotated[tuple[Positive, Positive], Broadcast(2)]
Triple = Annotated[tuple[Positive, Positive, Positive], Broadcast(3)]

Window = Literal[
    "barthann",
    "bartlett",
    "blackman",
    "blackmanharris",
    "bohman",
    "boxcar",
    "cosine",
    "exponential",
    "flattop",
    "hamming",
    "hann",
    "lanczos",
    "nuttall",
    "parzen",
    "taylor",
    "triang",
    "tukey",
]
"""Windows of scipy.signal that need no parameter, under their full names."""
