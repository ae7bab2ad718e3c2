"""All metrics: those that the files of benchmarks/statistics define."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from benchmarks import statistics
from benchmarks.metric import Metric


@cache
def metrics() -> dict[str, Metric]:
    """Metrics by their constant's name in lower case, e.g. autocorrelation_mse; a dataset's config uses these names."""
    modules = [import_module(f"{statistics.__name__}.{module.name}") for module in iter_modules(statistics.__path__)]
    found = [(name.lower(), value) for module in modules for name, value in vars(module).items()]
    return {name: value for name, value in found if isinstance(value, Metric)}


def metric(name: str) -> Metric:
    """The metric of that name; raises ValueError with the known names."""
    if name not in metrics():
        raise ValueError(f"unknown metric {name!r}; known: {', '.join(metrics())}")
    return metrics()[name]
