"""The networks of keras.applications, to be used as layers; floor 2.

What they expect of pixels matters with `weights: imagenet`; Keras' `preprocess_input` of the same
module does it, and so can a Rescaling or Normalization layer before.
"""

from collections.abc import Mapping
from typing import ClassVar

from nnspec.catalog.layers.application import Application
from nnspec.catalog.types import Flag, Rate

WIDTH = "figures are known for the published width; other widths can be written with layers"


class Preprocessing(Application, abstract=True):
    """A network that begins by scaling pixels."""

    include_preprocessing: Flag = True
    """Whether it scales pixels from 0 to 255 itself."""


class SlimV3(Preprocessing, abstract=True):
    """MobileNetV3 (Howard and others, 2019)."""

    omitted: ClassVar[Mapping[str, str]] = {
        **Application.omitted,
        "alpha": WIDTH,
        "minimalistic": "figures are known for the full network alone",
    }

    dropout_rate: Rate = 0.2
    """Share of features that are set to 0 in training, in front of the classifier."""


class ConvNeXtTiny(Preprocessing):
    """ConvNeXt (Liu and others, 2022) of 28 million parameters.

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 768). It takes pixels from 0 to 255.
    """


class ConvNeXtSmall(Preprocessing):
    """ConvNeXt (Liu and others, 2022) of 50 million parameters.

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 768). It takes pixels from 0 to 255.
    """


class ConvNeXtBase(Preprocessing):
    """ConvNeXt (Liu and others, 2022) of 89 million parameters.

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1024). It takes pixels from 0 to 255.
    """


class ConvNeXtLarge(Preprocessing):
    """ConvNeXt (Liu and others, 2022) of 198 million parameters.

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1536). It takes pixels from 0 to 255.
    """


class ConvNeXtXLarge(Preprocessing):
    """ConvNeXt (Liu and others, 2022) of 350 million parameters.

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from 0 to 255.
    """


class DenseNet121(Application):
    """DenseNet of 121 layers (Huang and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1024). It takes pixels less ImageNet's mean, over its deviation.
    """


class DenseNet169(Application):
    """DenseNet of 169 layers (Huang and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1664). It takes pixels less ImageNet's mean, over its deviation.
    """


class DenseNet201(Application):
    """DenseNet of 201 layers (Huang and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1920). It takes pixels less ImageNet's mean, over its deviation.
    """


class EfficientNetB0(Application):
    """EfficientNet B0 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetB1(Application):
    """EfficientNet B1 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 240 x
    240 leave as (batch, 8, 8, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetB2(Application):
    """EfficientNet B2 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 260 x
    260 leave as (batch, 9, 9, 1408). It takes pixels from 0 to 255.
    """


class EfficientNetB3(Application):
    """EfficientNet B3 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 300 x
    300 leave as (batch, 10, 10, 1536). It takes pixels from 0 to 255.
    """


class EfficientNetB4(Application):
    """EfficientNet B4 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 380 x
    380 leave as (batch, 12, 12, 1792). It takes pixels from 0 to 255.
    """


class EfficientNetB5(Application):
    """EfficientNet B5 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 456 x
    456 leave as (batch, 15, 15, 2048). It takes pixels from 0 to 255.
    """


class EfficientNetB6(Application):
    """EfficientNet B6 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 528 x
    528 leave as (batch, 17, 17, 2304). It takes pixels from 0 to 255.
    """


class EfficientNetB7(Application):
    """EfficientNet B7 (Tan and Le, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 600 x
    600 leave as (batch, 19, 19, 2560). It takes pixels from 0 to 255.
    """


class EfficientNetV2B0(Preprocessing):
    """EfficientNetV2 B0 (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetV2B1(Preprocessing):
    """EfficientNetV2 B1 (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 240 x
    240 leave as (batch, 8, 8, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetV2B2(Preprocessing):
    """EfficientNetV2 B2 (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 260 x
    260 leave as (batch, 9, 9, 1408). It takes pixels from 0 to 255.
    """


class EfficientNetV2B3(Preprocessing):
    """EfficientNetV2 B3 (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 300 x
    300 leave as (batch, 10, 10, 1536). It takes pixels from 0 to 255.
    """


class EfficientNetV2S(Preprocessing):
    """EfficientNetV2 S (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 384 x
    384 leave as (batch, 12, 12, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetV2M(Preprocessing):
    """EfficientNetV2 M (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 480 x
    480 leave as (batch, 15, 15, 1280). It takes pixels from 0 to 255.
    """


class EfficientNetV2L(Preprocessing):
    """EfficientNetV2 L (Tan and Le, 2021).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 480 x
    480 leave as (batch, 15, 15, 1280). It takes pixels from 0 to 255.
    """


class InceptionResNetV2(Application):
    """InceptionResNetV2 (Szegedy and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 299 x
    299 leave as (batch, 8, 8, 1536). It takes pixels from -1 to 1.
    """


class InceptionV3(Application):
    """InceptionV3 (Szegedy and others, 2015).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 299 x
    299 leave as (batch, 8, 8, 2048). It takes pixels from -1 to 1.
    """


class MobileNet(Application):
    """MobileNet (Howard and others, 2017).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1024). It takes pixels from -1 to 1.
    """

    omitted: ClassVar[Mapping[str, str]] = {
        **Application.omitted,
        "alpha": WIDTH,
        "depth_multiplier": WIDTH,
    }

    dropout: Rate = 0.001
    """Share of features that are set to 0 in training, in front of the classifier."""


class MobileNetV2(Application):
    """MobileNetV2 (Sandler and others, 2018).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1280). It takes pixels from -1 to 1.
    """

    omitted: ClassVar[Mapping[str, str]] = {**Application.omitted, "alpha": WIDTH}


class MobileNetV3Large(SlimV3):
    """MobileNetV3 Large (Howard and others, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 960). It takes pixels from 0 to 255.
    """


class MobileNetV3Small(SlimV3):
    """MobileNetV3 Small (Howard and others, 2019).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 576). It takes pixels from 0 to 255.
    """


class NASNetLarge(Application):
    """NASNet Large (Zoph and others, 2017).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 331 x
    331 leave as (batch, 11, 11, 4032). It takes pixels from -1 to 1.
    """


class NASNetMobile(Application):
    """NASNet Mobile (Zoph and others, 2017).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 1056). It takes pixels from -1 to 1.
    """


class ResNet50(Application):
    """ResNet of 50 layers (He and others, 2015).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from 0 to 255 in the order blue, green,
    red, less ImageNet's mean.
    """


class ResNet101(Application):
    """ResNet of 101 layers (He and others, 2015).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from 0 to 255 in the order blue, green,
    red, less ImageNet's mean.
    """


class ResNet152(Application):
    """ResNet of 152 layers (He and others, 2015).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from 0 to 255 in the order blue, green,
    red, less ImageNet's mean.
    """


class ResNet50V2(Application):
    """ResNetV2 of 50 layers (He and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from -1 to 1.
    """


class ResNet101V2(Application):
    """ResNetV2 of 101 layers (He and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from -1 to 1.
    """


class ResNet152V2(Application):
    """ResNetV2 of 152 layers (He and others, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 2048). It takes pixels from -1 to 1.
    """


class VGG16(Application):
    """VGG of 16 layers (Simonyan and Zisserman, 2014).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 512). It takes pixels from 0 to 255 in the order blue, green,
    red, less ImageNet's mean.
    """


class VGG19(Application):
    """VGG of 19 layers (Simonyan and Zisserman, 2014).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 224 x
    224 leave as (batch, 7, 7, 512). It takes pixels from 0 to 255 in the order blue, green,
    red, less ImageNet's mean.
    """


class Xception(Application):
    """Xception (Chollet, 2016).

    (batch, rows, columns, channels) in, (batch, classes) out. Without its top, images of 299 x
    299 leave as (batch, 10, 10, 2048). It takes pixels from -1 to 1.
    """
