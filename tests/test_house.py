"""The four packages are those of this repository, whatever else is installed."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", ["dg", "baselines", "benchmarks", "experiments"])
def test_packages_resolve_inside_the_repository(name):
    assert Path(importlib.import_module(name).__file__).parent == ROOT / name
