"""Changes that went unnoticed once, each in words; each must be noticed."""

from dataclasses import dataclass

from mutations import ROOT, Mutant


@dataclass(frozen=True, slots=True)
class Named:
    """A change in words: the file, what stands there, and what is put in its place."""

    words: str
    file: str
    old: str
    new: str

    def mutant(self) -> Mutant:
        """Return the mutant; the code must hold the old text exactly once."""
        source = (ROOT / self.file).read_text(encoding="utf-8")
        assert source.count(self.old) == 1, f"{self.file} holds {self.old!r} no more, or twice"
        line = source[: source.index(self.old)].count("\n") + 1
        changed = source.replace(self.old, self.new)
        return Mutant(self.file, line, self.words, changed, self.words)


NAMED = (
    Named(
        "Adam without the correction of its first moment's bias",
        "nnspec/engine/tensorflow/passes/updates.py",
        "rate /= 1 - tf.pow(optimizer.beta_1, step)",
        "rate /= 1 - optimizer.beta_1",
    ),
    Named(
        "class weights ignored",
        "nnspec/pipeline/prepare.py",
        "for label, weight in target.weigh(weights).items()}",
        "for label, weight in dict.fromkeys(target.weigh(weights), 1.0).items()}",
    ),
    Named(
        "schedules that count epochs taken for schedules that count steps",
        "nnspec/build/training.py",
        "rate.in_steps(steps_per_epoch)",
        "rate.in_steps(1)",
    ),
    Named(
        "loss_weights dropped",
        "nnspec/build/training.py",
        "training.loss_weights.get(name, 1.0)",
        "1.0",
    ),
    Named(
        "the weights of windows taken from the wrong rows",
        "nnspec/data/split/parts.py",
        "weights[one].astype(np.float64)",
        "weights[: len(one)].astype(np.float64)",
    ),
    Named(
        "R² scaled by the target's deviation",
        "nnspec/judge/declared.py",
        "target.scale[0] ** metric.power",
        "target.scale[0] ** (metric.power or 1)",
    ),
)


def named() -> list[Mutant]:
    """Return the mutants."""
    return [one.mutant() for one in NAMED]
