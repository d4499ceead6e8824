"""Codes R…: a run that had begun could not go on."""

from nnspec.diagnostics.codes.code import Code

RUN: tuple[Code, ...] = (
    Code(
        "R101",
        "loss is not a number",
        "The loss became NaN or infinite; further steps would only spread it.",
        "Lower the learning rate, clip gradients, or check the data.",
    ),
    Code(
        "R102",
        "out of memory",
        "The machine's memory did not suffice.",
        "Lower batch_size, or the network's sizes.",
    ),
    Code(
        "R103",
        "no such device",
        "The device asked for is not there.",
        "Use device: auto or cpu.",
    ),
    Code(
        "R104",
        "answer is not a number",
        "The trained network answers with NaN or infinity for some rows.",
        "Lower the learning rate, clip gradients, or check these rows.",
    ),
    Code(
        "R105",
        "XLA cannot compile",
        "xla: required was asked for, and a part of the training cannot be compiled.",
        "Use xla: auto, or replace the part named.",
    ),
    Code(
        "R106",
        "a step failed",
        "An operation of the network met values it cannot work on: a class or token out of range.",
        "Check the rows: labels below the number of classes, tokens below input_dim.",
    ),
    Code(
        "R107",
        "engine cannot run the model",
        "The executor asked for cannot run a model with a step of its own.",
        "Use engine: auto.",
    ),
    Code(
        "R108",
        "gate missed",
        "The run is complete, and a metric on its test rows is outside the bounds set for it.",
        "Improve the network, or move the bound under `evaluation.gates`.",
    ),
    Code(
        "R109",
        "runtime cannot be edited",
        "What was measured could not be written into the spec's own text without changing more.",
        "Write the settings that the message names under `runtime` by hand.",
    ),
)
