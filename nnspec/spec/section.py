"""What every section of a spec is: a mapping in which each key is known and nothing changes."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping of the spec in which every key is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
