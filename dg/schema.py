"""The data schema of §3.1: what the metadata and the measurements of a dataset are (Tables 6-8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Categorical:
    """A field that takes one of finitely many values, e.g. the access type of a Wikipedia page."""

    name: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise ValueError(f"categorical field {self.name!r} has no values: name at least one")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"categorical field {self.name!r} names a value twice: {list(self.values)}")


@dataclass(frozen=True)
class Continuous:
    """A numeric field in `unit`; `low` and `high` bound it where the bound is known beforehand."""

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"continuous field {self.name!r} has low {self.low} >= high {self.high}")


Field = Categorical | Continuous


@dataclass(frozen=True)
class Schema:
    """A dataset's name, its metadata A, its measurements f, the longest T and the time between records."""

    name: str
    metadata: tuple[Field, ...]
    measurements: tuple[Continuous, ...]
    max_length: int
    period: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", tuple(self.metadata))
        object.__setattr__(self, "measurements", tuple(self.measurements))
        names = [field.name for field in (*self.metadata, *self.measurements)]
        if len(set(names)) != len(names):
            raise ValueError(f"schema {self.name!r} names a field twice: {names}")
        if not self.measurements:
            raise ValueError(f"schema {self.name!r} has no measurements: a time series needs at least one")
        if self.max_length < 1:
            raise ValueError(f"schema {self.name!r} has max_length {self.max_length}: it must be at least 1")

    def to_json(self) -> str:
        """The schema as readable JSON; `from_json` gives an equal one back."""
        return json.dumps(
            {
                "name": self.name,
                "metadata": [_describe(field) for field in self.metadata],
                "measurements": [_describe(field) for field in self.measurements],
                "max_length": self.max_length,
                "period": self.period,
            },
            indent=2,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Raises ValueError where the text is not a schema that `to_json` could have written."""
        try:
            content = json.loads(text)
            return cls(
                name=content["name"],
                metadata=tuple(_field(entry) for entry in content["metadata"]),
                measurements=tuple(_field(entry) for entry in content["measurements"]),  # type: ignore[misc]
                max_length=content["max_length"],
                period=content["period"],
            )
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"not a schema: {error!r}; write it with Schema.to_json") from error


def _describe(field: Field) -> dict[str, Any]:
    return {"type": type(field).__name__.lower(), **asdict(field)}


def _field(entry: Mapping[str, Any]) -> Field:
    arguments = dict(entry)
    match arguments.pop("type"):
        case "categorical":
            return Categorical(values=tuple(arguments.pop("values")), **arguments)
        case "continuous":
            return Continuous(**arguments)
        case other:
            raise ValueError(f"unknown field type {other!r}; known: categorical, continuous")
