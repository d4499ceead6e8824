"""What a check says of pictures without opening one: shapes, ranges, sources."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]

SPEC = """
    nnspec: 1
    data:
      source: SOURCE
      target: label
      columns: COLUMNS
    model: MODEL
    training: {optimizer: Adam, loss: sparse_categorical_crossentropy}
"""
SIZED = "{image: {image: {size: [32, 24]}}}"
DENSE = "{Dense: {units: 5, activation: softmax}}"
HEAD = f"Flatten, {DENSE}"


def spec(model: str, *, source: str = "photos/", columns: str = SIZED) -> str:
    written = {"SOURCE": source, "COLUMNS": columns, "MODEL": model}
    text = SPEC
    for name, value in written.items():
        text = text.replace(name, value)
    return text


def told(checked: Checked) -> list[tuple[str, str, str]]:
    return [(one.code, one.message, str(one.hint)) for one in checked.diagnostics]


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ("photos/", SIZED),
        ("{images: {path: photos, labels: folder}}", SIZED),
        ("{train: photos/train/, test: {images: photos/test}}", SIZED),
        ("photos/", "{image: {image: {size: [32, 24], channels: 3}}}"),
    ],
)
def test_the_shape_of_pictures_of_a_written_size_is_known_unopened(
    read: Read, source: str, columns: str
) -> None:
    checked = read(spec(f"[{HEAD}]", source=source, columns=columns))
    assert told(checked) == []
    assert checked.network is not None
    shapes = [node.outputs[0].shape for node in checked.network.nodes if node.outputs]
    assert shapes == [(None, 32, 24, 3), (None, 2304), (None, 5)]


def test_a_kernel_larger_than_the_pictures_is_refused_unopened(read: Read) -> None:
    found = told(read(spec(f"[{{Conv2D: {{filters: 4, kernel_size: 25}}}}, {HEAD}]")))
    assert "G305" in [code for code, _, _ in found]


def test_an_input_that_is_not_of_the_size_of_the_pictures_is_told_what_to_write(read: Read) -> None:
    found = told(read(spec(f"[{{Input: [24, 32, 3]}}, {HEAD}]")))
    assert [(code, message) for code, message, _ in found] == [
        ("G308", "Input declares [24, 32, 3]; the data gives [32, 24, 3]")
    ]


def test_among_several_inputs_the_picture_is_known(read: Read) -> None:
    text = """
        nnspec: 1
        data:
          source: list.csv
          target: price
          columns: {photo: {image: {size: 16, channels: 1}}}
          inputs: {look: [photo], rest: [age]}
        model:
          - Flatten: {}
            inputs: look
            name: flat
          - Concatenate: {}
            inputs: [flat, rest]
          - Dense: 1
        training: {optimizer: Adam, loss: mse}
    """
    checked = read(text)
    assert told(checked) == []
    assert checked.network is not None
    assert checked.network.by_name["flat"].outputs[0].shape == (None, 256)  # type: ignore[index]


@pytest.mark.parametrize("columns", ["{image: image}", "{image: {image: {channels: 1}}}", "{}"])
def test_without_a_size_only_the_data_tells(read: Read, columns: str) -> None:
    assert told(read(spec(f"[{HEAD}]", columns=columns))) == []
    wrong = read(spec(f"[{{Input: [24, 32, 3]}}, {HEAD}]", columns=columns))
    assert told(wrong) == []


def test_layers_that_want_another_range_are_told_that_of_the_pictures(read: Read) -> None:
    scaled = f"[{{Rescaling: 0.00392156862745098}}, {HEAD}]"
    ((code, message, hint),) = told(read(spec(scaled)))
    assert (code, "it is given 0 to 1" in message) == ("P132", True)
    assert "write value_range: [0, 255] in data.columns" in hint
    bytes_ = "{image: {image: {size: 32, value_range: [0, 255]}}}"
    assert told(read(spec(scaled, columns=bytes_))) == []
    bright = f"[{{RandomBrightness: {{factor: 0.1, value_range: [-1, 1]}}}}, {HEAD}]"
    ((code, _, hint),) = told(read(spec(bright)))
    assert (code, hint) == ("P132", "write value_range: [0, 1]")
    both = "{image: {image: {size: 32, value_range: [-1, 1]}}}"
    assert told(read(spec(bright, columns=both))) == []


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("photos", "a folder of pictures ends in a slash: photos/"),
        ("photos/1.jpg", "name the folder of the pictures: source: photos/"),
        ('"photos/*.PNG"', "name the folder of the pictures: source: photos/"),
        ("1.jpg", "name the folder of the pictures: source: ./"),
    ],
)
def test_a_source_that_is_meant_as_a_folder_is_told_how_to_be_one(
    read: Read, source: str, hint: str
) -> None:
    ((code, _, told_hint),) = told(read(spec(f"[{HEAD}]", source=source)))
    assert code == "D114"
    assert told_hint.endswith(hint)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("{fit: crop}", "S115"),
        ("{size: [32, 24, 3]}", "S107"),
        ("{size: 0}", "S104"),
        ("{channels: 2}", "S105"),
        ("{value_range: [1, 0]}", "S104"),
        ("{scaling: minmax}", "S101"),
    ],
)
def test_settings_of_pictures_that_mean_nothing_are_refused(
    read: Read, image: str, code: str
) -> None:
    found = told(read(spec(f"[{HEAD}]", columns=f"{{image: {{image: {image}}}}}")))
    assert [one[0] for one in found] == [code]
