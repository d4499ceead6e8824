"""Floor 5: layers that ask for kernels which the run's device does not have."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.kinds import argument, inner
from nnspec.rules.rule import rule
from nnspec.rules.within import places

KERNEL: dict[str, object] = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "recurrent_dropout": 0,
    "reset_after": True,
    "unroll": False,
    "use_bias": True,
}
"""Arguments of recurrent layers -> the value that cuDNN computes."""
LAST_ONLY = frozenset(
    {
        *("Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3DTranspose"),
        *("ConvLSTM1D", "ConvLSTM2D"),
    }
)
"""Layers for which TensorFlow has no kernel on a CPU where channels stand first."""
NO_FIRST = "TensorFlow has no kernel on a CPU for {} with channels_first"
LAST = "remove data_format, and bring channels last by Permute where the data has them first"


@rule("T137")
def check_kernel(case: Case) -> Iterator[Diagnostic]:
    """Find layers that ask for a GPU's kernel where there is none for them.

    Source: Keras 3.15, keras/src/backend/tensorflow/rnn.py, cudnn_ok.
    """
    on_cpu = case.spec.runtime.device == "cpu"
    for spot in () if case.within else places(case.network):
        node = spot.node
        layer = inner(node.layer) if node.layer else None
        if layer is not None and on_cpu and channels_first(layer):
            also = case.also("the device is here", "runtime", "device")
            found = node.node.origin.of("data_format")
            yield Diagnostic("T137", NO_FIRST.format(layer.keras_name), found, LAST, also)
        if layer is None or argument(layer, "use_cudnn") is not True:
            continue
        place = node.node.origin.of("use_cudnn")
        if beyond := list(beyond_kernel(layer)):
            message = f"cuDNN has no kernel for {layer.keras_name} with {', '.join(beyond)}"
            yield Diagnostic("T137", message, place, "write use_cudnn: auto")
        elif on_cpu:
            message = "use_cudnn: true needs a GPU; the run's device is the CPU"
            also = case.also("the device is here", "runtime", "device")
            yield Diagnostic("T137", message, place, "write use_cudnn: auto", also)


def channels_first(layer: Layer) -> bool:
    """Return whether a layer convolves channels that stand first, as a CPU cannot.

    Source: TensorFlow 2.21, each layer with its gradient in a graph on a CPU.
    """
    return layer.keras_name in LAST_ONLY and argument(layer, "data_format") == "channels_first"


def beyond_kernel(layer: Layer) -> Iterator[str]:
    """Give the arguments of a recurrent layer that cuDNN does not know."""
    for field, known in KERNEL.items():
        value = argument(layer, field)
        value = getattr(value, "keras_name", value)
        if value is not None and value != known:
            shown = str(value).lower() if isinstance(value, bool) else value
            yield f"{field}: {shown}"
