"""The type of what is added to, or cut from, both ends of axes: `padding` and `cropping`."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from nnspec.catalog.types import Broadcast, NonNegative

Margin = tuple[NonNegative, NonNegative]


@dataclass(frozen=True, slots=True)
class Margins:
    """Marks a pair (before, after) per axis; one number stands for both ends, or for all axes."""

    axes: int

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.spread, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        pair = handler(schema)["prefixItems"][0]
        number = pair["prefixItems"][0]
        each = {
            "type": "array",
            "items": {"anyOf": [number, pair]},
            "minItems": self.axes,
            "maxItems": self.axes,
        }
        return {"anyOf": [number, each]}

    def spread(self, value: object) -> object:
        """Return pairs for all axes out of one number, or of one number or pair per axis."""
        if isinstance(value, int) and not isinstance(value, bool):
            return ((value, value),) * self.axes
        if isinstance(value, (list, tuple)):
            return tuple(
                (one, one) if isinstance(one, int) and not isinstance(one, bool) else one
                for one in value
            )
        return value


Margin1D = Annotated[Margin, Broadcast(2)]
Margins2D = Annotated[tuple[Margin, Margin], Margins(2)]
Margins3D = Annotated[tuple[Margin, Margin, Margin], Margins(3)]
