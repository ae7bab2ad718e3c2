"""The README's second example, as it is written: a table, a model file, generated rows like it and a page."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.commands import Command

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
CUT = {"fit": ["batches=4"]}  # what is given beside what is written


def follow(folder: Path) -> None:
    """Runs the three commands in a folder with carriers_long.parquet, and looks at what they make of it."""
    (block,) = (block for block in re.findall(r"```sh\n(.*?)```", README, re.S) if "dg fit" in block)
    commands = [shlex.split(line) for line in block.splitlines()]
    assert [command[:2] for command in commands] == [["dg", verb] for verb in ("fit", "generate", "evaluate")]
    for _, verb, *options in commands:
        command = Command("experiments.console.dg", verb, *options, *CUT.get(verb, []), cwd=folder)
        status, _, errors = command.finish(timeout=600)
        assert status == 0, errors
    real, made = (pd.read_parquet(folder / f"{name}.parquet") for name in ("carriers_long", "generated"))
    assert list(made.columns) == list(real.columns) and list(made.dtypes) == list(real.dtypes)
    assert made["carrier"].nunique() == 882 and set(made["urbanization"]) <= set(real["urbanization"])
    page = (folder / "evaluation" / "evaluation.md").read_text()
    assert page.startswith("# generated.parquet beside carriers_long.parquet") and "two-sample accuracy" in page
    assert (folder / "evaluation" / "evaluation.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_second_example_on_simulated_carriers(tmp_path):
    rng, parts = np.random.default_rng(0), []
    for number in range(110):
        days = np.arange(-9, 6 + rng.integers(4))
        week = np.sin(days * 2 * np.pi / 7)
        area, loads = rng.choice(["Urban", "Rural", "Suburban"]), week[:, None] + rng.normal(size=(len(days), 2))
        about = {"carrier": f"{number:016x}", "urbanization": area, "event_type": "5G addition"}
        parts.append(pd.DataFrame({**about, "day": days, "DL": loads[:, 0], "UL": loads[:, 1]}))
    pd.concat(parts).astype({"day": "Int64"}).to_parquet(tmp_path / "carriers_long.parquet", index=False)
    follow(tmp_path)


@pytest.mark.slow
def test_the_second_example_on_real_carriers(shared_data, tmp_path):
    shutil.copy(shared_data / "ran" / "carriers_long.parquet", tmp_path)
    follow(tmp_path)


def test_it_is_a_page():
    assert len(README.splitlines()) <= 90
