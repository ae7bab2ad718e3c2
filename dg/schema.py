"""The data schema of §3.1: what the metadata and the measurements of a dataset are (Tables 6-8)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, Literal, NotRequired

import pydantic
from pydantic import with_config
from typing_extensions import TypedDict

from dg.clocks import Clock
from dg.fields import Categorical, Continuous, Field, twice
from dg.files import STRICT, parse_json, short
from dg.hyperparameters import check
from dg.rules import Part, refuse_contradictions
from dg.table import Table

LONGEST = 10**6  # records of one sample
FIELDS = 10_000


@dataclass(frozen=True)
class Schema:
    """A dataset's name, its metadata A, its measurements f, the longest T and the time between records.

    table: what the samples were read from, if that was a table (dg.frames)
    """

    name: str
    metadata: tuple[Field, ...]
    measurements: tuple[Field, ...]
    max_length: Annotated[int, pydantic.Field(ge=1, le=LONGEST)]
    period: str = ""
    table: Table | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", tuple(self.metadata))
        object.__setattr__(self, "measurements", tuple(self.measurements))
        check(Schema, vars(self), f"schema {short(self.name)}")
        names = [field.name for field in (*self.metadata, *self.measurements)]
        if len(set(names)) != len(names):
            raise ValueError(f"schema {self.name!r} names a field twice: {twice(names)}")
        if len(names) > FIELDS:
            raise ValueError(f"schema {self.name!r} has {len(names):,} fields, more than {FIELDS:,}")
        if not self.measurements:
            raise ValueError(f"schema {self.name!r} has no measurements: a time series needs at least one")
        for part, other in (PARTS, PARTS[::-1]):
            elsewhere = {field.name for field in getattr(self, other)}
            refuse_contradictions(getattr(self, part), part, elsewhere, f"schema {short(self.name)}")

    def loosened(self, field: Continuous) -> Continuous:
        """The field without `low` where it counts from a table's start: another table may start earlier."""
        return replace(field, low=None) if self.table is not None and field.name == self.table.first else field

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Of the numeric fields whose lowest and highest value are both known beforehand."""
        return {
            field.name: (field.low, field.high)
            for field in (*self.metadata, *self.measurements)
            if isinstance(field, Continuous) and field.low is not None and field.high is not None
        }

    def to_json(self) -> str:
        """The schema as readable JSON; `from_json` gives an equal one back."""
        described: dict[str, Any] = {
            "name": self.name,
            "metadata": [_describe(field) for field in self.metadata],
            "measurements": [_describe(field) for field in self.measurements],
            "max_length": self.max_length,
            "period": self.period,
        }
        if self.table is not None:
            described["table"] = _told(self.table)
        return json.dumps(described, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes, where: str = "the text") -> Schema:
        """Raises ValueError, which begins with `where`, if `to_json` could not have written the text."""
        try:
            content = parse_json(text, _SchemaFile, "it is not a schema that Schema.to_json wrote")
            metadata, measurements = ([_field(entry) for entry in content[part]] for part in PARTS)
            table = content.get("table")
            return cls(
                content["name"],
                tuple(metadata),
                tuple(measurements),
                content["max_length"],
                content["period"],
                None if table is None else _table(table),
            )
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None


PARTS: tuple[Part, Part] = ("metadata", "measurements")
OPTIONAL = (
    "pooled",
    "integer",
    "increasing",
    "at_most",
    "sum_of",
)  # so that older files are what they were


@with_config(STRICT)
class _CategoricalFile(TypedDict):
    type: Literal["categorical"]
    name: str
    values: list[str]
    pooled: NotRequired[list[tuple[str, int]]]


@with_config(STRICT)
class _ContinuousFile(TypedDict):
    type: Literal["continuous"]
    name: str
    unit: NotRequired[str]
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    integer: NotRequired[bool]
    increasing: NotRequired[bool]
    at_most: NotRequired[str]
    sum_of: NotRequired[list[str]]


_FieldFile = Annotated[_CategoricalFile | _ContinuousFile, pydantic.Field(discriminator="type")]


@with_config(STRICT)
class _TableFile(TypedDict):
    columns: list[tuple[str, str]]
    sample: str
    time: str
    first: str
    start: float
    step: float
    clock: NotRequired[Clock]
    gap: NotRequired[str]
    window: NotRequired[int]
    formats: NotRequired[list[tuple[str, str]]]
    masked: NotRequired[list[str]]
    wide: NotRequired[list[tuple[str, list[str]]]]


@with_config(STRICT)
class _SchemaFile(TypedDict):
    name: str
    metadata: list[_FieldFile]
    measurements: list[_FieldFile]
    max_length: int
    period: str
    table: NotRequired[_TableFile]


def _describe(field: Field) -> dict[str, Any]:
    """The field as a file has it; of the constraints but bounds only those that are stated."""
    described = {"type": type(field).__name__.lower(), **asdict(field)}
    return {key: value for key, value in described.items() if key not in OPTIONAL or value}


def _told(table: Table) -> dict[str, Any]:
    """The same of a table."""
    usual, first = {part.name: part.default for part in fields(Table)}, ("time", "first", "start", "step")
    return {key: value for key, value in asdict(table).items() if key in first or value != usual[key]}


def _field(entry: _CategoricalFile | _ContinuousFile) -> Field:
    if entry["type"] == "categorical":
        return Categorical(entry["name"], tuple(entry["values"]), tuple(entry.get("pooled", ())))
    return Continuous(
        entry["name"],
        entry.get("unit", ""),
        entry.get("low"),
        entry.get("high"),
        entry.get("integer", False),
        entry.get("increasing", False),
        entry.get("at_most", ""),
        tuple(entry.get("sum_of", ())),
    )


def _table(entry: _TableFile) -> Table:
    return Table(**{key: _tuples(value) for key, value in entry.items()})  # type: ignore[arg-type]


def _tuples(value: object) -> object:
    """Lists of a file as tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
