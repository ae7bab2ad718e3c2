"""The scoreboard: what Table 3 cannot see. All columns that files of benchmarks/ and benchmarks/statistics/ define.

It applies to any dataset with a numeric measurement. Each file says what its columns measure.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from benchmarks import statistics
from benchmarks.column import ASPECTS, Column
from dg.dataset import TimeSeriesDataset


def columns(train: TimeSeriesDataset, held_out: TimeSeriesDataset) -> list[Column]:
    """The columns that apply to A and A′, by aspect; where nothing is held out, A′ is A itself."""
    return [column for column in all_columns() if column.applies(train, held_out)]


@cache
def all_columns() -> tuple[Column, ...]:
    """Every column there is, by aspect, then by file, then as a file has them."""
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for package in (benchmarks, statistics)
        for module in iter_modules(package.__path__)
        if not module.ispkg
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Column)]
    return tuple(sorted(found, key=lambda column: ASPECTS.index(column.aspect)))
