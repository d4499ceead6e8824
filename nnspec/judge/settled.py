"""Floor 8, what was settled on the validation rows once a training had ended."""

from dataclasses import dataclass, field, replace

from nnspec.build.calibration import Calibrations
from nnspec.judge.decision import Decisions
from nnspec.judge.heads import ClassPerPosition, Head, Numbers, OneClass


@dataclass(frozen=True, slots=True)
class Settled:
    """How the outputs of a run answer.

    Attributes:
        decisions: when binary outputs answer with their second class.
        calibrations: how far intervals reach, and what logits are divided by.
    """

    decisions: Decisions = field(default_factory=dict)
    calibrations: Calibrations = field(default_factory=dict)

    def head(self, head: Head) -> Head:
        """Return a head that knows how it answers: its figures are those of intervals too.

        A second class that is answered by a threshold has figures of its own, where a row has one.
        """
        found = self.calibrations.get(head.name)
        if isinstance(head, Numbers) and found is not None:
            return replace(head, interval=found.level)
        if head.name not in self.decisions or not isinstance(head, OneClass | ClassPerPosition):
            return head
        return replace(head, sought=True)
