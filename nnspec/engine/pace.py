"""Floor 8, the length of a chunk: long enough to cost nothing, short enough to stay in touch."""

from dataclasses import dataclass

TARGET_SECONDS = 0.35
"""What a chunk should last: progress moves at least twice a second, Ctrl-C is heard at once."""

FIRST_STEPS = 2
"""Steps of a chunk before the first was timed."""

GROWTH = 16
"""How many times longer than the last timed chunk the next may be."""


@dataclass(slots=True)
class Pace:
    """Learns how long a step takes and answers how many steps to run in one call."""

    seconds_per_step: float | None = None
    longest: int = FIRST_STEPS

    def steps(self, remaining: int) -> int:
        """Return the steps of the next chunk, at most those that remain."""
        wanted = self.longest
        if self.seconds_per_step is not None:
            wanted = min(wanted, int(TARGET_SECONDS / max(self.seconds_per_step, 1e-9)))
        return max(1, min(remaining, wanted))

    def learn(self, steps: int, seconds: float) -> None:
        """Take in how long a chunk lasted; not for a chunk that was traced or compiled first."""
        if steps == 0:
            return
        latest = seconds / steps
        known = self.seconds_per_step
        self.seconds_per_step = latest if known is None else 0.5 * (known + latest)
        self.longest = max(self.longest, steps * GROWTH)
