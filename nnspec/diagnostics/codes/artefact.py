"""Codes A…: a run's files are damaged, foreign or of another version."""

from nnspec.diagnostics.codes.code import Code, Severity

ARTEFACT: tuple[Code, ...] = (
    Code(
        "A101",
        "checksum mismatch",
        "The file is not the one that was written.",
        "Restore it, or train again.",
    ),
    Code(
        "A102",
        "not a run",
        "The folder holds no run.",
        "Give the folder that `nnspec train` named.",
    ),
    Code(
        "A103",
        "newer format",
        "The run was written by a newer nnspec.",
        "Update nnspec.",
    ),
    Code(
        "A104",
        "no space left",
        "The file could not be written whole; what was there before is untouched.",
        "Free some space.",
    ),
    Code(
        "A105",
        "weights do not fit",
        "The weights belong to another network.",
        "Use the run's own spec.",
    ),
    Code(
        "A106",
        "run folder in use",
        "Another process is writing to this run folder.",
        "Wait for it, or choose another --name.",
    ),
    Code(
        "A107",
        "export differs",
        "The exported model does not reproduce the trained one's predictions.",
        "Report the spec; the export was not kept.",
    ),
    Code(
        "A108",
        "name taken",
        "The folder asked for holds a run that has weights, or something that is no run.",
        "Choose another --name, or write --exist-ok to have a run replaced.",
    ),
    Code(
        "A109",
        "not a run's name",
        "A run's name is the name of its folder: letters, digits, _, -, . (not first), at most 64.",
        "Choose a name of these characters.",
    ),
    Code(
        "A110",
        "cannot be written",
        "The system refused to write here: permissions, a read-only disk, a file in the way.",
        "Choose a folder that can be written to with --runs.",
    ),
    Code(
        "A111",
        "file missing",
        "The run lacks a file that it wrote, or never wrote this one.",
        "Restore it, or train again.",
    ),
    Code(
        "A112",
        "trained weights cannot be fetched",
        "Keras downloads the weights of a published network once, and keeps them.",
        "Run it once on a machine with a network, copy Keras' folder of models, or use "
        "weights: null.",
    ),
    Code(
        "A113",
        "no such form",
        "The network holds something that the format asked for cannot say.",
        "Write that part another way, or export to another format.",
    ),
    Code(
        "A114",
        "run not complete",
        "The run was stopped, failed or was killed before its end; what it has is used as it is.",
        "Run `nnspec evaluate` on it if it is trained; train again otherwise.",
        severity=Severity.WARNING,
    ),
    Code(
        "A115",
        "run without weights",
        "The run ended before its network had learned anything.",
        "Train the spec again.",
    ),
    Code(
        "A125",
        "file larger than allowed",
        "A limit on the size of a file (`ulimit -f`) is below what the file needs; what was there "
        "before is untouched.",
        "Raise the limit: `ulimit -f unlimited`.",
    ),
    Code(
        "A126",
        "run folder gone",
        "The folder of a run was removed, moved or replaced while the run wrote to it.",
        "Leave a run's folder where it is until the run has ended.",
    ),
    Code(
        "A121",
        "part of an unfinished run",
        "A network begins with layers of another run once that run is complete: what they are "
        "would otherwise change.",
        "Complete it with `nnspec evaluate`, or train its spec again.",
    ),
    Code(
        "A130",
        "weights of other shapes",
        "A network begins with the weights of a file layer by layer; those of a layer of the same "
        "name have other shapes there.",
        "Write the layer as it was, or give it another name, so that it begins anew.",
    ),
    Code(
        "A136",
        "weights of another network",
        "No layer of the network has the name of a layer in the file, and their numbers differ.",
        "Give the layers the names that they have in the file.",
    ),
    Code(
        "A131",
        "not as it was",
        "A training is to go on with another spec, other data, other libraries or another machine "
        "than it began with: it would not end as it would have.",
        "Go on as it began, or write --allow-changes; `run.json` then says what changed.",
    ),
    Code(
        "A132",
        "state damaged",
        "The last state of a training is damaged; the one before is gone on from.",
        "Nothing needs to be done: the steps since are run again.",
        severity=Severity.WARNING,
    ),
    Code(
        "A133",
        "begun anew",
        "The training cannot go on from a state, and begins again from its first step.",
        "Nothing needs to be done: the result is that of a training that was not stopped.",
        severity=Severity.WARNING,
    ),
    Code(
        "A134",
        "cannot go on",
        "What was asked for cannot be had by going on with this run.",
        "Train the spec as a new run.",
    ),
    Code(
        "A141",
        "run cannot be repeated",
        "A rerun trains the filled spec of a complete run; what began with weights of other runs "
        "begins elsewhere.",
        "Train the spec that it was written from.",
    ),
    Code(
        "A161",
        "address not to be had",
        "Services and the dashboard listen at an address of this machine, and this one is in use, "
        "or may not be listened at.",
        "Choose another port (0 takes one that is free), or end the program that has it.",
    ),
    Code(
        "A151",
        "tracker failed",
        "A program that was to be told what the run reaches raised an error; the run went on.",
        "The run's folder holds all of it.",
        severity=Severity.WARNING,
    ),
)
