"""What Keras keeps of layers, neighbours and states, as the floors above ask for it."""

import keras
import pytest

from nnspec.build.keras_graph import carried_states, first_input_shape, neighbours

pytestmark = pytest.mark.keras

L = keras.layers


def test_the_first_input_of_several_is_the_one_that_a_layer_reads() -> None:
    steps, state = keras.Input((7, 3)), keras.Input((5,))
    recurrent, merged, unused = L.GRU(5), L.Concatenate(), L.Dense(2)
    merged([recurrent(steps, initial_state=state), state])
    assert first_input_shape(recurrent) == (None, 7, 3)
    assert first_input_shape(merged) == (None, 5)
    assert first_input_shape(unused) is None


def test_the_first_of_several_places_counts() -> None:
    layer = L.Dense(3)
    layer(layer(keras.Input((4, 3)))[:, 0])
    assert first_input_shape(layer) == (None, 4, 3)


def test_neighbours_are_those_who_alone_give_and_alone_read() -> None:
    x = keras.Input((6,))
    first, again, second, third = L.Dense(6), L.Dense(6), L.ReLU(), L.ReLU()
    merged, last, parted = L.Add(), L.Dense(2), L.Dense(1)
    hidden = first(x)
    both = merged([second(hidden), third(again(again(hidden)))])
    found = neighbours(keras.Model(x, parted(last(both))))
    assert found.only_source(last) is merged
    assert found.only_source(merged) is None
    assert found.only_source(second) is first
    assert found.only_reader(first) is None
    assert found.only_reader(second) is merged
    assert found.only_reader(last) is parted
    assert found.only_reader(parted) is None
    assert found.only_node(again) is found.only_source(again) is found.only_reader(again) is None
    assert found.only_node(L.Dense(1)) is None


def test_states_are_those_of_layers_that_carry_them_on_nested_and_both_ways_too() -> None:
    x = keras.Input(batch_shape=(4, 3, 2))
    inner = keras.Sequential([L.SimpleRNN(3, stateful=True, return_sequences=True)])
    both = L.Bidirectional(L.LSTM(5, stateful=True))
    model = keras.Model(x, L.Dense(1)(both(L.GRU(2, return_sequences=True)(inner(x)))))
    assert [one.shape for one in carried_states(model)] == [(4, 3), *[(4, 5)] * 4]
