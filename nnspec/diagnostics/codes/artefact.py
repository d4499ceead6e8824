"""Codes A…: a run's files are damaged, foreign or of another version."""

from nnspec.diagnostics.codes.code import Code

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
)
