"""What looks odd and is right passes without a word, warnings and notes included."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]
NETWORK = "model: [{Input: [4]}, {Dense: 1}]\n"
SPEC = f"nnspec: 1\n{NETWORK}"
TRAINING = "model: [{Dense: 1}]\ntraining: {optimizer: adam, loss: mse, epochs: 2}\n"

ODD = {
    "marks of begin and end": f"---\n{SPEC}...\n",
    "a directive": f"%YAML 1.2\n---\n{SPEC}",
    "a byte order mark": f"\ufeff{SPEC}",
    "carriage returns": SPEC.replace("\n", "\r\n"),
    "comments everywhere": "# a\n#b\nnnspec: 1 # c # d\nmodel: # e\n  - Input: [4] # f\n  # g\n"
    "  - Dense: 1\n# h",
    "trailing blanks": "nnspec: 1  \nmodel:   \n  - Input:   [ 4 ]   \n  - Dense:    1   \n   \n",
    "one line of braces": "{nnspec: 1, model: [{Input: [4]}, {Dense: {units: 1}}]}",
    "a comma at the end of a list": "nnspec: 1\nmodel: [{Input: [4]}, {Dense: 1},]\n",
    "quoted keys": "'nnspec': 1\n\"model\": [{'Input': [4]}, {\"Dense\": 1}]\n",
    "question marks": "? nnspec\n: 1\n? model\n: [{Input: [4]}, {Dense: 1}]\n",
    "null and truth in capitals": "nnspec: 1\nmodel:\n  - Input: [4]\n"
    "  - Dense: {units: 1, activation: ~, use_bias: TRUE}\n",
    "words that were truth": f"nnspec: 1\nname: no\n{NETWORK}",
    "digits and an underscore": f"nnspec: 1\nname: 1_000\n{NETWORK}",
    "two dots": f"nnspec: 1\nname: 1.2.3\n{NETWORK}",
    "a date in quotes": f"nnspec: 1\nname: '2026-11-23'\n{NETWORK}",
    "a name over two lines": f"nnspec: 1\nname: >-\n  abc\n{NETWORK}",
    "leading zeros": "nnspec: 1\nmodel:\n  - Input: [010]\n  - Dense: 01\n",
    "a sign and another base": "nnspec: 1\nmodel:\n  - Input: [+4]\n  - Dense: 0x1\n",
    "a long line": f"# {'x' * 5000}\n{SPEC}",
    "an alias of a layer": "nnspec: 1\nmodel:\n  - Input: [4]\n"
    "  - &d {Dense: {units: 4, activation: relu}}\n  - *d\n  - *d\n  - Dense: 1\n",
    "columns of all scripts": "nnspec: 1\ndata: {source: d.csv, target: größe, "
    f'features: [名前, "ключ", "😀 a"]}}\n{TRAINING}',
    "columns with signs": "nnspec: 1\ndata: {source: 'my data (1).csv', target: \"a: b\", "
    f"features: ['x y', 'null', '1', '=cmd()', '<b>', 'a|b']}}\n{TRAINING}",
    "a dollar": f"nnspec: 1\ndata: {{source: d.csv, target: '$$USD'}}\n{TRAINING}",
    "a path within": f"nnspec: 1\ndata: {{source: a/b/../d.TSV, target: y}}\n{TRAINING}",
    "a block in one line": "nnspec: 1\nblocks: {res: [{Dense: {units: 4, activation: relu}}]}\n"
    "model: [{Input: [4]}, res, {res: }, {Dense: 1}]\n",
    "outputs that are called as losses are": "nnspec: 1\ndata: {source: d.csv, target: "
    "{mae: a, huber: b, other: c}}\nmodel:\n  layers:\n    - Input: [4]\n      name: x\n"
    "    - Dense: 1\n      name: mae\n    - Dense: 1\n      name: huber\n      inputs: x\n"
    "    - Dense: 1\n      name: other\n      inputs: x\n  outputs: [mae, huber, other]\n"
    "training: {optimizer: adam, epochs: 2, loss: {mae: MeanAbsoluteError, huber: huber, "
    "other: {Huber: {delta: 2}}}}\n",
    "an output alone": "nnspec: 1\nmodel:\n  layers:\n    - Input: [4]\n    - Dense: 1\n"
    "      name: a\n  outputs: a\n",
}
JSON = {
    "escapes": '{"nnspec": 1, "name": "a\\u0062c", "model": [{"Input": [4]}, {"Dense": 1}]}',
    "a surrogate pair": '{"nnspec": 1, "data": {"source": "d.csv", "target": "\\ud83d\\ude00"}, '
    '"model": [{"Dense": 1}], "training": {"optimizer": {"Adam": {"learning_rate": 1E-3}}, '
    '"loss": "mse", "epochs": 2}}',
    "a key of 3,000 letters": '{"nnspec": 1, "data": {"source": "d.csv", "target": "y", '
    f'"features": ["{"k" * 3000}"], "scaling": {{"{"k" * 3000}": "none"}}}}, '
    '"model": [{"Dense": 1}], "training": {"optimizer": "adam", "loss": "mse", "epochs": 2}}',
    "a byte order mark": '\ufeff{"nnspec": 1, "model": [{"Input": [4]}, {"Dense": 1}]}',
}


@pytest.mark.parametrize("case", ODD)
def test_a_spec_that_looks_odd_and_is_right_passes_without_a_word(read: Read, case: str) -> None:
    assert read(ODD[case]).diagnostics == ()


@pytest.mark.parametrize("case", JSON)
def test_json_that_looks_odd_and_is_right_passes_without_a_word(read: Read, case: str) -> None:
    assert read(JSON[case], file="spec.json").diagnostics == ()
