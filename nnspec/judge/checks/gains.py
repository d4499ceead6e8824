"""Floor 8, checks of what was won: network, baselines and splits held against each other."""

import numpy as np

from nnspec.judge.checks.chance import (
    CERTAIN,
    LEAST,
    SURE,
    USUAL,
    deviations,
    standard_error,
)
from nnspec.judge.checks.check import Finding, OutputCheck
from nnspec.judge.checks.course import FEWEST, wiggle
from nnspec.judge.checks.evidence import (
    TEST,
    TRAIN,
    VALIDATED,
    VALIDATION,
    Evidence,
    OutputEvidence,
)
from nnspec.judge.checks.rivals import (
    LINEAR,
    figures_of,
    gap_of,
    named,
    numbers_to_learn,
    rival_on,
    shown,
    told,
    whole,
    without_gap,
    without_rival,
    without_unseen_rival,
)
from nnspec.judge.heads import Numbers, Reconstruction


class Overfit(OutputCheck):
    """The network explains far more of the training rows than of others.

    Explained is the share of a constant answer's loss that is saved (R², for numbers). What a
    linear model loses between the same rows says how much harder they are, and is taken off. Found
    where 0.2 is left, and 3 standard errors: of an explained share of 0.9 that is tripling what is
    not explained.
    """

    code = "C104"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether rows are there that were not learned from."""
        return without_gap(output)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare explained shares."""
        gap = gap_of(output)
        if gap.excess <= 0.2 or gap.excess <= CERTAIN * gap.error:  # noqa: PLR2004  see above
            return None
        return Finding(told(gap), figures_of(gap))


class FewRows(OutputCheck):
    """More parameters than numbers to learn from, and rows that were not learned are worse off.

    A fit of as many parameters as targets can pass through all of them, noise included. Networks
    with far more generalize well all the same, so the count alone is no finding: the gap of
    explained shares (see `Overfit`) must be above 0.1 and 2 standard errors.
    """

    code = "C125"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Tell whether parameters outnumber the targets."""
        targets = numbers_to_learn(output)
        if evidence.parameters <= targets:
            return f"{evidence.parameters:,} parameters learn from {targets:,} targets"
        return without_gap(output)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Compare explained shares."""
        gap = gap_of(output)
        if gap.excess <= 0.1 or gap.excess <= USUAL * gap.error:  # noqa: PLR2004  see above
            return None
        each = evidence.parameters / max(1, numbers_to_learn(output))
        says = f"{evidence.parameters:,} parameters, {each:.1f} for each target; {told(gap)}"
        return Finding(says, {"parameters_per_target": each, **figures_of(gap)})


class Underfit(OutputCheck):
    """On its own training rows the network errs more than a linear model, by 3 standard errors.

    The difference is taken row by row, and must be a twentieth of the baseline's loss: what is
    smaller, a penalty or a Dropout is worth.
    """

    code = "C106"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether there is a linear model of the training rows."""
        return without_rival(output, TRAIN, LINEAR)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare with the linear model on the training rows."""
        rival = rival_on(output, TRAIN, LINEAR)
        if rival.behind <= 0.05 * rival.loss or rival.sure <= CERTAIN:
            return None
        return Finding(f"on the training rows {rival.told}", rival.figures)


class WorseThanBaseline(OutputCheck):
    """On rows that neither has seen the network errs more than the best baseline.

    Row by row, beyond 2.58 standard errors of the difference: once in two hundred times where both
    are alike. Over a series the error is widened by how far differences follow one another.
    """

    code = "C107"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether there are baselines on unseen rows."""
        return without_unseen_rival(output)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare with the best baseline on unseen rows."""
        split = str(output.unseen(LEAST))
        rival = rival_on(output, split)
        if rival.sure <= SURE:
            return None
        return Finding(f"on the {split} rows {rival.told}", rival.figures)


class WithinNoise(OutputCheck):
    """On rows that neither has seen, network and best baseline differ by less than 1.96 errors.

    The 95 % interval of the difference, row by row, then holds 0. Where neither misses a row there
    is nothing left to win, and nothing is found.
    """

    code = "C108"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether there are baselines on unseen rows."""
        return without_unseen_rival(output)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare with the best baseline on unseen rows."""
        split = str(output.unseen(LEAST))
        rival = rival_on(output, split)
        if abs(rival.sure) >= USUAL or rival.loss == 0 == rival.behind:
            return None
        width = USUAL * rival.error
        if not width:
            return Finding(f"on the {split} rows {rival.told}: every row alike", rival.figures)
        says = (
            f"on the {split} rows {rival.told}; the 95 % interval of what the network does better "
            f"is {-rival.behind - width:+.1%} to {-rival.behind + width:+.1%} of {whole(output)}"
        )
        return Finding(says, rival.figures)


class SplitsDisagree(OutputCheck):
    """Validation and test rows are answered differently well, beyond 3 standard errors.

    Both are means of rows that were not learned from, so that their difference has the root of
    both squared errors as its own; 3 of them come three times in a thousand.
    """

    code = "C109"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether there are two splits to compare."""
        sizes = {split: len(output.losses.get(split, ())) for split in (VALIDATION, TEST)}
        small = [f"{count} {split} rows" for split, count in sizes.items() if count < LEAST]
        return f"{' and '.join(small)} are too few to compare" if small else None

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare both splits."""
        first, second = output.losses[VALIDATION], output.losses[TEST]
        errors = [standard_error(one, by_row=output.by_row) for one in (first, second)]
        apart = deviations(float(second.mean() - first.mean()), *errors)
        if abs(apart) <= CERTAIN:
            return None
        says = (
            f"{named(output)} is {shown(output, first)} on the validation rows and "
            f"{shown(output, second)} on the test rows, {abs(apart):.1f} standard errors apart"
        )
        means = {"validation": float(first.mean()), "test": float(second.mean())}
        return Finding(says, {**means, "standard_errors": apart})


class SeedSized(OutputCheck):
    """The lead over the best baseline is below what epochs of one training differ by.

    Compared are shares of the baseline's loss on unseen rows: what is saved of it, and what is left
    of it times the share of the validation loss that the epochs of the last third differ by about
    their line. Two trainings that end at two such epochs differ by the root of 2 times that, twice
    which is the bound.
    """

    code = "C126"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Tell whether the loss by epoch is of the kind that rows are compared by."""
        if not isinstance(output.head, Numbers | Reconstruction) or len(evidence.outputs) > 1:
            return "losses by epoch are of another kind than the errors of rows"
        if len(evidence.course.curve(VALIDATED)) < FEWEST:
            return "there is no curve of the validation loss"
        return without_unseen_rival(output)

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Compare the lead with how far epochs differ."""
        rival = rival_on(output, str(output.unseen(LEAST)))
        curve = evidence.course.curve(VALIDATED)
        level = abs(float(np.median(curve[-max(FEWEST, len(curve) // 3) :])))
        lead = -rival.behind / rival.loss if rival.loss else 0.0
        share = (1 - lead) * wiggle(curve) / level if level else 0.0
        bound = 2 * 2**0.5 * share
        if rival.sure > -USUAL or lead >= bound:
            return None
        says = (
            f"the network saves {lead:.1%} of the loss of {rival.name}; epochs at the end of the "
            f"training differ by {share:.1%} of it, so that two trainings may differ by {bound:.1%}"
        )
        return Finding(says, {"lead": lead, "epochs_differ": share})
