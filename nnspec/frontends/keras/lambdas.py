"""What to write instead of a Lambda: well-known bodies are told by the names in them; floor 4.

The code is never loaded: a function that was saved holds the names that it calls as plain letters.
"""

import base64
import binascii
from collections.abc import Iterator

from nnspec.document import Mapping, Node, Scalar, Sequence

MOST_BYTES = 100_000
ADVICE: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"random_normal", b"sampling"), "the mean itself, and GaussianNoise behind it"),
    ((b"l2_normalize", b"normalize"), "UnitNormalization, which scales each row to length 1"),
    (
        (b"space_to_depth",),
        "Reshape, Permute and Reshape",
    ),
    ((b"resize", b"resize_images", b"ResizeBilinear"), "Resizing, or UpSampling2D"),
    ((b"expand_dims",), "Reshape with an axis of length 1"),
    ((b"squeeze", b"reshape"), "Reshape without that axis"),
    ((b"reverse", b"flip"), "go_backwards: true of the recurrent layer behind it"),
    ((b"permute_dimensions", b"transpose"), "Permute"),
    ((b"concatenate", b"concat"), "Concatenate"),
    ((b"reduce_mean", b"mean"), "a GlobalAveragePooling layer"),
    ((b"reduce_max",), "a GlobalMaxPooling layer"),
    ((b"batch_dot",), "Dot"),
    ((b"softmax",), "Softmax"),
    ((b"abs",), "Subtract both ways, ReLU behind each, and Add"),
)
"""Names within a function -> the layers that compute the same."""


def advise_instead(config: Mapping) -> str | None:
    """Return what to write instead of a Lambda; None where its body is not a known one."""
    code = b" ".join(pieces(config.get("function")))
    if not code:
        return None
    return next((told for names, told in ADVICE if any(one in code for one in names)), None)


def pieces(node: Node | None) -> Iterator[bytes]:
    """Give the texts of a saved function, decoded where they were encoded."""
    match node:
        case Scalar(value=str(text)):
            yield decoded(text[:MOST_BYTES])
        case Sequence(items=items):
            for item in items:
                yield from pieces(item)
        case Mapping(entries=entries):
            for entry in entries:
                if entry.name in ("config", "code", "value"):
                    yield from pieces(entry.value)
        case _:
            return


def decoded(text: str) -> bytes:
    """Return a text's bytes: of base64 those that it stands for."""
    plain = text.encode("utf-8", "replace")
    try:
        return base64.b64decode(plain, validate=False) + plain
    except (binascii.Error, ValueError):
        return plain
