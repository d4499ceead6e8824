"""A default is what its own field would make of it: so a filled spec is filled for good."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import load_all
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.network.fill import fill_value

CLASSES: list[type[BaseModel]] = [
    *{kind for kinds in load_all().values() for kind in kinds.values()},
    *SECTIONS.values(),
]


@pytest.mark.parametrize("kind", sorted(CLASSES, key=str), ids=lambda kind: kind.__name__)
def test_a_default_read_back_is_written_the_same(kind: type[BaseModel]) -> None:
    for name, info in kind.model_fields.items():
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        if default is None or isinstance(default, CatalogObject):
            continue
        declared: Any = info.annotation
        if info.metadata:
            declared = Annotated[declared, *info.metadata]
        read: Any = TypeAdapter(declared).validate_python(default)
        assert repr(fill_value(read)) == repr(fill_value(default)), name
