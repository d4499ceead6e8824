"""What every object of the catalogue is: one frozen class per Keras object, fields = arguments.

A class is registered by being defined. Its family is the base it descends from; its name, its
fields and their prose are the language, the JSON Schema, the reference and the call to Keras.
"""

from collections.abc import Mapping
from inspect import get_annotations
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from nnspec.catalog.index import INDEX

REGISTERED: dict[str, dict[str, type["CatalogObject"]]] = {}
"""Family -> Keras name or alias -> class; filled as family files are imported."""


class CatalogObject(BaseModel):
    """One object of Keras that a spec can name.

    Class keywords:
        family: names a new family; the class is its base and cannot be written in a spec.
        abstract: shares fields and rules among objects, and cannot be written in a spec.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    family: ClassVar[str]
    keras_name: ClassVar[str]
    """Name in Keras and in specs; the class' own unless it says otherwise."""
    keras_module: ClassVar[str | None] = None
    """Module of the Keras class, where that is not Keras' own of the family: a plugin's, say."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that Keras itself resolves to this object."""
    shorthand: ClassVar[str | None] = None
    """The one obvious argument: `Dense: 64` sets it."""
    omitted: ClassVar[Mapping[str, str]] = {}
    """Keras' arguments that a spec does not offer, each with the reason."""
    fixed: ClassVar[Mapping[str, object]] = {}
    """What Keras' documents write beside the fields, with the one value that a spec can mean."""
    additions: ClassVar[Mapping[str, str]] = {}
    """Fields that are not Keras' arguments, each with the reason."""
    beyond_keras: ClassVar[str | None] = None
    """Why the object exists though Keras has none of its name."""

    def __init_subclass__(cls, *, family: str | None = None, abstract: bool = False) -> None:
        """Register the class under its family, name and aliases."""
        super().__init_subclass__()
        if family:
            cls.family = family
            REGISTERED.setdefault(family, {})
        elif not abstract:
            cls.keras_name = cls.__dict__.get("keras_name", cls.__name__)
            for name in (cls.keras_name, *cls.__dict__.get("aliases", ())):
                refuse_taken(cls, name)
                REGISTERED[cls.family][name] = cls

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Forget the annotations of class variables, which Pydantic knows by name from now on.

        It would evaluate them again for every subclass: a third of what a class takes to define.
        """
        super().__pydantic_init_subclass__(**kwargs)
        forget_class_variables(cls)

    def arguments(self) -> dict[str, object]:
        """Return what the Keras class is called with: every field, nested objects as they are."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in self.additions
        }


def forget_class_variables(cls: type[BaseModel]) -> None:
    """Keep only the annotations of fields."""
    fields = cls.model_fields
    cls.__annotations__ = {
        name: one for name, one in get_annotations(cls).items() if name in fields
    }


forget_class_variables(CatalogObject)


def refuse_taken(cls: type[CatalogObject], name: str) -> None:
    """Refuse a class from outside the catalogue that takes the name of one in it."""
    if cls.__module__.startswith("nnspec."):
        return
    if any(name in held.split() for held in INDEX.get(cls.family, {}).values()):
        raise TypeError(f"the name {name} is taken by a class of nnspec")
