"""Spectrograms: sound to pictures of its frequencies; floor 2."""

from math import ceil, log2
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.layers.preprocessing import contradiction
from nnspec.catalog.layers.spatial import Spatial
from nnspec.catalog.types import (
    Flag,
    NonNegativeNumber,
    Padding,
    Positive,
    PositiveNumber,
    Window,
)
from nnspec.shapes import Shape, ShapeError, Weight, elements, show, windowed

AtLeastTwo = Annotated[int, Field(strict=True, ge=2, le=2**31 - 1)]


class MelSpectrogram(Layer):
    """Loudness by pitch and time: (batch, samples) in, (batch, num_mel_bins, frames) out.

    A frame begins every sequence_stride samples; loudness is in decibels unless power_to_db is
    false.
    """

    ranks = (2,)
    passes_mask = False
    consumes = NUMERIC

    fft_length: Positive = 2048
    """Length of the Fourier transform, in samples."""
    sequence_stride: Positive = 512
    """Distance between frames, in samples."""
    sequence_length: Positive | None = Field(default=None, examples=[16000])
    """Length of a frame, in samples, fft_length at most; fft_length if absent."""
    window: Literal["hann", "hamming"] | None = "hann"
    """How the ends of a frame fade; null: not at all."""
    sampling_rate: Positive = 16000
    """Samples per second."""
    num_mel_bins: Positive = 128
    """Number of pitches."""
    min_freq: NonNegativeNumber = 20.0
    """Lowest pitch, in hertz."""
    max_freq: PositiveNumber | None = Field(default=None, examples=[8000.0])
    """Highest pitch, in hertz; half the sampling rate if absent."""
    power_to_db: Flag = True
    """Whether loudness is given in decibels."""
    top_db: PositiveNumber = 80.0
    """How far the softest may lie below the loudest, in decibels."""
    mag_exp: PositiveNumber = 2.0
    """Exponent on magnitudes: 1 for energy, 2 for power."""
    min_power: PositiveNumber = 1e-10
    """Lowest power, so that its logarithm exists."""
    ref_power: PositiveNumber = 1.0
    """Power that counts as 0 decibels."""

    @model_validator(mode="after")
    def check_decibels(self) -> Self:
        """Refuse decibels in 64 bits: Keras subtracts a level of 32 (mel_spectrogram.py)."""
        if self.power_to_db and self.dtype == "float64":
            raise contradiction("Keras does not compute power_to_db: true in float64", "dtype")
        return self

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        """Refuse a frame longer than the transform, and pitches in the wrong order."""
        if self.sequence_length is not None and self.sequence_length > self.fft_length:
            raise contradiction(
                f"sequence_length {self.sequence_length} is above fft_length {self.fft_length}",
                "sequence_length",
            )
        highest = self.max_freq or self.sampling_rate // 2
        if self.min_freq >= highest:
            raise contradiction(
                f"min_freq {self.min_freq} must be below the highest pitch, {highest}", "min_freq"
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, mel bins, frames), (G305 if the sound is too short to be mirrored).

        One sample before a whole number of strides, Keras builds what follows for a frame more
        than it computes: refused too (G305).

        Source: Keras 3.15, keras/src/layers/preprocessing/mel_spectrogram.py,
        compute_output_shape.
        """
        samples = shape[1]
        if samples is None:
            return (shape[0], self.num_mel_bins, None)
        if samples <= self.fft_length // 2:
            raise ShapeError(
                "G305",
                f"fft_length {self.fft_length} needs more than {self.fft_length // 2} samples; "
                f"{samples} come in",
                field="fft_length",
                hint=f"use at most {2 * samples - 1}",
            )
        frames = (samples + self.sequence_stride + 1) // self.sequence_stride
        computed = 1 + samples // self.sequence_stride
        if frames != computed:
            raise ShapeError(
                "G305",
                f"sequence_stride {self.sequence_stride} does not suit {samples} samples: Keras "
                f"announces {frames} frames and computes {computed}",
                field="sequence_stride",
                hint="use another stride, or one sample more or less",
            )
        return (shape[0], self.num_mel_bins, frames)


class STFTSpectrogram(Spatial):
    """Frequencies over time, for each channel of a sound.

    (batch, samples, channels) in, (batch, frames, frequencies * channels) out, or with
    expand_dims (batch, frames, frequencies, channels). A frame begins every frame_step samples
    and has fft_length // 2 + 1 frequencies, twice as many numbers with mode: stft.
    """

    ranks = (3,)
    dimensions = 1
    passes_mask = False
    consumes = ("float",)
    uncomputed = ("float16", "bfloat16", "mixed_bfloat16")

    mode: Literal["log", "magnitude", "psd", "real", "imag", "angle", "stft"] = "log"
    """What of the transform leaves: logarithm of the magnitude, magnitude, power density, real or
    imaginary part, angle, or both parts side by side."""
    frame_length: AtLeastTwo = 256
    """Length of a frame, in samples."""
    frame_step: Positive | None = Field(default=None, examples=[128])
    """Distance between frames, in samples, frame_length at most; half of it if absent."""
    fft_length: Positive | None = Field(default=None, examples=[256])
    """Length of the transform, in samples, frame_length at least; the next power of two if
    absent."""
    window: Window | None = "hann"
    """How the ends of a frame fade; null: not at all."""
    periodic: Flag = False
    """Whether the window is that of a periodic signal."""
    scaling: Literal["density", "spectrum"] | None = "density"
    """What is scaled to one: the power density, the power, or nothing."""
    padding: Padding = "valid"
    """valid drops frames that overhang, same pads with zeros."""
    expand_dims: Flag = False
    """Whether the frequencies get an axis of their own, before the channels."""

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        """Refuse steps longer than a frame, and a transform shorter than it."""
        if self.frame_step is not None and self.frame_step > self.frame_length:
            raise contradiction(
                f"frame_step {self.frame_step} is above frame_length {self.frame_length}",
                "frame_step",
            )
        if self.fft_length is not None and self.fft_length < self.frame_length:
            raise contradiction(
                f"fft_length {self.fft_length} is below frame_length {self.frame_length}",
                "fft_length",
            )
        return self

    @property
    def frequencies(self) -> int:
        """Return the number of frequencies of a frame."""
        length = self.fft_length or 2 ** ceil(log2(self.frame_length))
        return length // 2 + 1

    def infer_shape(self, shape: Shape) -> Shape:
        """Return frames, frequencies and channels (G305 if no frame fits)."""
        channels = self.known(shape, self.channel_axis, "to transform each channel")
        (samples,) = self.inner(shape)
        step = self.frame_step or self.frame_length // 2
        frames = windowed(samples, self.frame_length, step, self.padding)
        if frames is not None and frames < 1:
            raise ShapeError(
                "G305",
                f"frame_length {self.frame_length} does not fit the {samples} samples of "
                f"{show(shape)}",
                field="frame_length",
                hint=f"use at most {samples}, or padding: same",
            )
        width = self.frequencies * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return self.arrange(shape, (frames, width), channels)
        return self.arrange(shape, (frames,), width * channels)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the transform's real and imaginary kernel, as far as they are used."""
        del inputs
        shape = (self.frame_length, 1, self.frequencies)
        real = () if self.mode == "imag" else (Weight("real_kernel", shape),)
        return real if self.mode == "real" else (*real, Weight("imag_kernel", shape))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per sample of each frame and frequency."""
        count = elements(self.infer_shape(inputs[0].shape)[1:])
        parts = 1 if self.mode in ("real", "imag", "stft") else 2
        return None if count is None else 2 * count * parts * self.frame_length
