"""The four packages are those of this repository, whatever else is installed."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", ["dg", "baselines", "benchmarks", "experiments"])
def test_packages_resolve_inside_the_repository(name):
    assert Path(importlib.import_module(name).__file__).parent == ROOT / name


def test_every_room_of_experiments_has_its_floor_and_nobody_calls_a_door():
    """Import-linter keeps the floors; a new room is named there, a new command nowhere."""
    house = ROOT / "experiments"
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (rooms,) = (contract for contract in contracts if contract.get("containers") == ["experiments"])
    named = {room.strip() for layer in rooms["layers"] for room in layer.split("|")}
    assert named == {folder.name for folder in house.iterdir() if folder.is_dir() and folder.name != "__pycache__"}
    doors = [file.stem for file in house.glob("[a-z]*.py")]
    called = re.compile(rf"^from experiments\.({'|'.join(doors)}) import|^from experiments import", flags=re.MULTILINE)
    assert not [file for file in house.rglob("*.py") if called.search(file.read_text())]
