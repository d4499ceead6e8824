"""What is refused about maps before anything is read: one finding each, with what to write."""

import pytest
from map_examples import KOHONEN, LABELLED, MAP
from rule_examples import Example, check_text, serious

ONE_FINDING = {
    "S115": Example("", "", "", MAP, "rule: kohonen\noptimizer: adam", LABELLED),
    "S115 of metrics": Example("", "", "", MAP, f"{KOHONEN}\nmetrics: [mae]", LABELLED),
    "S115 of rates": Example(
        "", "", "", MAP, "rule: {kohonen: {end_learning_rate: 0.1}}\nepochs: 3", LABELLED
    ),
    "S115 of decay": Example(
        "", "", "", MAP, "rule: {kohonen: {end_radius: 0.0}}\nepochs: 3", LABELLED
    ),
    "S115 of growth": Example(
        "",
        "",
        "",
        MAP,
        "rule: {kohonen: {initial_radius: 1, end_radius: 2}}\nepochs: 3",
        LABELLED,
    ),
    "S115 of size": Example("", "", "", "- SelfOrganizingMap: [90, 90]", KOHONEN, LABELLED),
    "S106": Example("", "", "", MAP, "rule: kohonnen\nepochs: 3", LABELLED),
    "M106": Example(
        "",
        "",
        "",
        MAP,
        KOHONEN,
        'data: {source: "sklearn:iris", labels: target, features: [target, "petal width (cm)"]}',
    ),
    "G301": Example("", "", "", MAP, KOHONEN, 'data: {source: "sklearn:digits", labels: target}'),
    "T150 of a gradient": Example("", "", "", MAP, "loss: mse", LABELLED),
    "T150": Example("", "", "", f"{MAP}\n- Dense: 2", KOHONEN, LABELLED),
}


@pytest.mark.parametrize("name", ONE_FINDING)
def test_a_mistake_about_a_map_is_one_finding(name: str) -> None:
    (found,) = serious(check_text(ONE_FINDING[name].text("")))
    assert f"[{name[:4]}]" in found


def test_a_map_and_its_rule_are_fine() -> None:
    assert serious(check_text(Example("", "", "", MAP, KOHONEN, LABELLED).text(""))) == []
