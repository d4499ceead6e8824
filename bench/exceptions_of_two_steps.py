"""What two drawn steps may show although nothing is wrong with a spec, each with its reason."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Excepted:
    """Something that may go wrong, and why it is not held against the spec.

    Attributes:
        wrong: pattern of what went wrong.
        text: pattern of the spec's text.
    """

    wrong: str
    reason: str
    text: str = ""


EXCEPTED = (
    Excepted(
        "same for every row",
        "the larger one of shares of 1 and of a state that begins near 0 is the share, until the "
        "state has grown",
        r"Softmax: \{axis: 1\}[\s\S]*Maximum",
    ),
    Excepted(
        "gradient 0: .*lora_kernel_a",
        "the second factor of LoRA begins at 0, so the first one learns from the second step on",
        "lora_rank",
    ),
    Excepted(
        "gradient 0: .*/alpha",
        "the slopes of PReLU learn from what is below 0, and nothing is here",
        "PReLU",
    ),
    Excepted(
        "(R2Score|F1Score|FBetaScore) expects 2D",
        "Keras takes (rows, columns); a run hands these metrics steps and pixels as rows",
    ),
    Excepted(
        "any prediction: .*(at_precision|at_recall|at_specificity|at_sensitivity)",
        "with 16 rows the best threshold is often the lowest or the highest one",
    ),
    Excepted(
        "(not finite|any prediction): .*(pearson|concordance)",
        "a correlation along an axis whose numbers are all equal is none, and so it is here",
        "sparsemax|softmax",
    ),
    Excepted(
        "gradient 0|same for every row",
        "these cut off what is small beside a whole range of values, as the drawn rows are",
        "RandomPosterization|Solarization|(hard|soft|tanh)_shrink",
    ),
    Excepted(
        "only supports NHWC|Unimplemented|does not support NCHW",
        "a run on a CPU refuses it before the training; a GPU has the kernel",
        "channels_first",
    ),
    Excepted(
        "any prediction: .*auc",
        "beside a loss of margins targets may be 0 and 1; the drawn ones are -1 and 1",
        "Hinge",
    ),
    Excepted(
        "any prediction: .*(accuracy|precision|recall|auc|positives|negatives|io_u)",
        "beside a loss of numbers it is for targets of 0 and 1; the drawn ones are any",
        "LogCosh|mse|mae|Huber",
    ),
    Excepted(
        "gradient 0",
        "the larger, or smaller, of two layers is all that learns until the other has grown",
        "Maximum|Minimum",
    ),
    Excepted(
        "same for every row",
        "products of products of small numbers differ by less than is looked for, and grow",
        "merge_mode: mul",
    ),
    Excepted(
        "same for every row",
        "numbers of 8 bits round away what differs by less than 1 in 256 at first, and it grows",
        "Softmax.*mixed_bfloat16",
    ),
    Excepted(
        "same for every row",
        "what random layers change is gone where nothing is trained, and the difference is 0",
        "Random[A-Z].*Subtract",
    ),
)


def is_excepted(wrong: str, text: str) -> bool:
    """Return whether what went wrong has a reason that no spec's writer need know."""
    return any(
        re.search(one.wrong, wrong) and re.search(one.text, text, re.DOTALL) for one in EXCEPTED
    )
