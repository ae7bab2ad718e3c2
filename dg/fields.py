"""The fields of a schema (§3.1): categorical ones, and numbers with the constraints that hold for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pydantic

from dg.files import short
from dg.hyperparameters import check

MISSING, POOLED = "(missing)", "(other)"  # categories that stand for no value, and for one of the rare values


@dataclass(frozen=True)
class Categorical:
    """A field that takes one of finitely many values, e.g. the access type of a Wikipedia page.

    pooled: rare values of a table, each with its number, which the last of `values` stands for
    """

    name: str
    values: tuple[str, ...]
    pooled: tuple[tuple[str, Annotated[int, pydantic.Field(ge=1)]], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "pooled", tuple(map(tuple, self.pooled)))
        check(Categorical, vars(self), f"categorical field {short(self.name)}")
        if not self.values:
            raise ValueError(f"categorical field {self.name!r} has no values: name at least one")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"categorical field {self.name!r} names a value twice: {twice(self.values)}")
        rare = [value for value, _ in self.pooled]
        if rare and (self.values[-1] != POOLED or len({*rare, *self.values}) < len(rare) + len(self.values)):
            raise ValueError(
                f"categorical field {self.name!r} pools rare values: its last value should be {POOLED!r}, and no value "
                "both rare and not"
            )


@dataclass(frozen=True)
class Continuous:
    """A numeric field in `unit`, and its constraints: what data are checked for, and what decoded samples keep.

    low, high: the bounds, where they are known beforehand
    integer: the field counts something, so that all its values are whole numbers
    increasing: a counter, a measurement that never decreases within a sample
    at_most: a numeric field of the same part (metadata or measurements) which it never exceeds
    sum_of: numeric fields of the same part whose sum it is, up to 1e-5 of the largest of these numbers
    `refuse_contradictions` says which constraints go together.
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    integer: bool = False
    increasing: bool = False
    at_most: str = ""
    sum_of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.sum_of, list):
            object.__setattr__(self, "sum_of", tuple(self.sum_of))
        check(Continuous, vars(self), f"continuous field {short(self.name)}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"continuous field {self.name!r} has low {self.low} >= high {self.high}")
        for end in ("low", "high") if self.integer else ():
            bound = getattr(self, end)
            if bound is not None and bound != int(bound):
                raise ValueError(
                    f"integer field {self.name!r} has {end} {bound}, which is not a whole number: give it a whole "
                    f"{end} or leave out integer"
                )
            object.__setattr__(self, end, bound if bound is None else float(bound))  # 0 as a file gives it back


Field = Categorical | Continuous


def twice(names: Sequence[str]) -> str:
    """Those of the names that are there more than once, for an error."""
    return short([name for name, times in Counter(names).items() if times > 1])
