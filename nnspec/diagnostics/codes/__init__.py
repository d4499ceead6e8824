"""The table of codes: every finding nnspec can report, one module per family."""

from nnspec.diagnostics.codes.artefact import ARTEFACT
from nnspec.diagnostics.codes.checking import CHECKING
from nnspec.diagnostics.codes.code import Code, Severity
from nnspec.diagnostics.codes.data import DATA
from nnspec.diagnostics.codes.form import FORM
from nnspec.diagnostics.codes.graph import GRAPH
from nnspec.diagnostics.codes.limit import LIMIT
from nnspec.diagnostics.codes.practice import PRACTICE
from nnspec.diagnostics.codes.run import RUN
from nnspec.diagnostics.codes.security import SECURITY
from nnspec.diagnostics.codes.syntax import SYNTAX
from nnspec.diagnostics.codes.task import TASK
from nnspec.diagnostics.codes.training import TRAINING
from nnspec.diagnostics.codes.verdict import VERDICT

FAMILIES: tuple[tuple[Code, ...], ...] = (
    SYNTAX,
    LIMIT,
    SECURITY,
    FORM,
    GRAPH,
    TASK,
    TRAINING,
    PRACTICE,
    DATA,
    ARTEFACT,
    RUN,
    CHECKING,
    VERDICT,
)

CODES: dict[str, Code] = {code.code: code for family in FAMILIES for code in family}
assert len(CODES) == sum(map(len, FAMILIES)), "a code stands for one kind of finding"

__all__ = ["CODES", "FAMILIES", "Code", "Severity"]
