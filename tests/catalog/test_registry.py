"""The registry: names to classes, importing no more than it must."""

import subprocess
import sys
from pathlib import Path

from nnspec.catalog.base import REGISTERED
from nnspec.catalog.layers.core import Dense
from nnspec.catalog.registry import find, load_all, names
from nnspec.catalog.regularizers import L2, Regularizer

ROOT = Path(__file__).parents[2]


def test_the_index_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "generate_index.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, "run: python tools/generate_index.py"


def test_names_and_aliases_find_the_same_class() -> None:
    assert find("regularizers", "L2") is L2
    assert find("regularizers", "l2") is L2
    assert find("layers", "Dense") is Dense


def test_what_no_family_knows_is_not_found() -> None:
    assert find("layers", "dense") is None
    assert find("regularizers", "Dense") is None
    assert find("animals", "L2") is None


def test_all_names_are_known_without_importing_their_modules() -> None:
    program = (
        "import sys\n"
        "from nnspec.catalog.registry import find, names\n"
        "assert {'Dense', 'LSTM', 'Conv2D'} <= set(names('layers'))\n"
        "assert 'nnspec.catalog.layers.core' not in sys.modules\n"
        "assert find('layers', 'Dense')\n"
        "held = {'nnspec.catalog.layers.recurrent', 'nnspec.catalog.metrics.regression', 'keras'}\n"
        "assert held.isdisjoint(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_a_class_of_a_plugin_is_found_by_being_defined() -> None:
    class Elastic(Regularizer):
        """Stands for a plugin's class."""

        aliases = ("elastic",)

    try:
        assert find("regularizers", "elastic") is Elastic
        assert {"Elastic", "elastic", "l2"} <= set(names("regularizers"))
    finally:
        for name in ("Elastic", "elastic"):
            del REGISTERED["regularizers"][name]


def test_every_indexed_name_leads_to_a_class_of_its_family() -> None:
    held = load_all()
    for family in held:
        for name in names(family):
            kind = find(family, name)
            assert kind is not None
            assert kind.family == family
