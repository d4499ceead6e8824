"""The networks of keras.applications: built whole, and called like a layer."""

import warnings

import keras

from nnspec.build.objects import build_value
from nnspec.catalog.layers.application import Application
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.network.network import ResolvedNode

FETCH_FAILED = "URL fetch failure"
"""How Keras begins to say that a download failed; it has no exception of its own for that."""


def build_application(described: Application, node: ResolvedNode, name: str) -> keras.Model:
    """Return a network of keras.applications for the images that come in.

    Args:
        described: the network and its settings.
        node: says the images' shape, and the place of the settings.
        name: name of the network as a layer.

    Raises:
        Refused: trained weights are asked for, and can be neither found nor fetched (A112).
    """
    assert node.inputs
    arguments = {key: build_value(value) for key, value in described.arguments().items()}
    before = keras.config.dtype_policy()
    if described.dtype:
        keras.config.set_dtype_policy(described.dtype)
    try:
        with warnings.catch_warnings():
            # Keras' advice on unusual sizes and channels; what cannot work was refused before.
            warnings.simplefilter("ignore", UserWarning)
            network = getattr(keras.applications, described.keras_name)(
                **arguments, input_shape=node.inputs[0].shape[1:], name=name
            )
    except Exception as error:
        if FETCH_FAILED not in str(error):
            raise
        raise Refused([unfetched(described, node)]) from None
    finally:
        keras.config.set_dtype_policy(before)
    if not described.trainable:
        network.trainable = False
    return network


def unfetched(described: Application, node: ResolvedNode) -> Diagnostic:
    """Return the finding that trained weights are not at hand."""
    return Diagnostic(
        "A112",
        f"the ImageNet weights of {described.keras_name} are not on this machine, "
        "and the network does not answer",
        node.node.origin.of("weights"),
        hint="run it once with a network, or begin with weights: null",
    )
