"""Names that Keras gives where a spec gives none; floor 2."""

import re


def snake_case(name: str) -> str:
    """Return an object's name as Keras derives it from the class: Conv2D -> conv2d.

    Source: Keras 3.15, keras/src/utils/naming.py, to_snake_case.
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
