"""Names of layers: given ones claimed, the rest counted as Keras counts."""

from collections.abc import Container
from dataclasses import dataclass, field

from nnspec.catalog.keras_names import snake_case
from nnspec.diagnostics import Diagnostic, Findings, Related, Span
from nnspec.frontends.nnspec_1.items import Item


@dataclass(slots=True)
class Names:
    """The full names of a model's layers, with the place where each was given."""

    spans: dict[str, Span] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def choose(self, item: Item, prefix: str, index: int, taken: Container[str]) -> str:
        """Return the full name of a member: the given one, or Keras' way of counting."""
        if item.name:
            return f"{prefix}{item.name[0]}_{index}" if item.repeated else prefix + item.name[0]
        base = snake_case(item.written.name if item.written else item.use[0] if item.use else "")
        counter = self.counters.get(prefix + base, 0)
        while True:
            local = f"{base}_{counter}" if counter else base
            if prefix + local not in self.spans and local not in taken:
                self.counters[prefix + base] = counter
                return prefix + local
            counter += 1

    def claim(self, name: str, span: Span, findings: Findings) -> str:
        """Record a name; one that is taken, or differs in case only, is refused.

        Returns:
            The name; another one where it is taken, so that both layers are checked.
        """
        other = self.folded.get(name.casefold())
        if other is not None:
            first = self.spans[other]
            lines = f"line {first.start.line} and line {span.start.line}"
            twice = other == name
            message = (
                f"two layers are called {name} ({lines})"
                if twice
                else f"the names {other} and {name} differ in case only ({lines})"
            )
            related = (Related("first given here" if twice else "the other one", first),)
            code = "G102" if twice else "G103"
            findings.append(Diagnostic(code, message, span, related=related))
            if twice:
                return f"{name}@{span.start.line}:{span.start.column}#{len(self.spans)}"
        self.spans[name] = span
        self.folded[name.casefold()] = name
        return name


def is_second(name: str) -> bool:
    """Return whether a name is one that `claim` gave to a layer whose own was taken."""
    return "@" in name
