"""Codes C…: what the check itself was told to do: a team's policy, and findings to leave out."""

from nnspec.diagnostics.codes.code import Code, Severity

CHECKING: tuple[Code, ...] = (
    Code(
        "C101",
        "against the policy",
        "The filled spec does not fit the JSON Schema given with --policy: rules of a team that go "
        "beyond the language.",
        "Write what the policy asks for.",
    ),
    Code(
        "C102",
        "ignore without effect",
        "A comment that hides nothing would hide the next mistake on its line.",
        "Remove the code from the comment, or the comment.",
        Severity.WARNING,
    ),
    Code(
        "C103",
        "ignore that cannot be read",
        "A comment names the codes it hides, each in full: `# nnspec: ignore[P102]`; what says "
        "that the text cannot be read, or is not safe, is never hidden.",
        "Write codes that `nnspec explain` lists.",
        Severity.WARNING,
    ),
)
