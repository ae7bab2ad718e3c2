"""What is known of a thing stands in one place: new files alone, and everything finds them.

A copy of the tree gets a model (a class and a config), a dataset (a room and a config), a metric (a file) and an
artifact (a module, a grid, a notebook that a command writes). No file that was there is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
NEW = {
    "baselines/toy.py": '''
"""A model: the bootstrap under another name."""

from baselines.bootstrap import Bootstrap


class Toy(Bootstrap):
    """Draws training samples."""
''',
    "conf/model/toy.yaml": """
# A toy model, to show that two files are enough.
#   make train-toy
# Cost: nothing.
# Expected: what the bootstrap has.
name: toy
shown: {label: Toy model, colour: "#123456", kind: deep, order: 99}
compared_on: [wwt, toy]
budgets: {smoke: 3}
encoder: {auto_normalize: false}
module:
  _target_: baselines.toy.Toy
  _partial_: true
""",
    "dg/datasets/toy/__init__.py": '''
"""A dataset: random walks of two kinds."""

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema

SCHEMA = Schema("toy", (Categorical("kind", ("up", "down")),), (Continuous("height", low=0.0),), 30)


def load(raw=None, *, samples=None, seed=0):
    """`samples` walks of 5 to 30 steps."""
    n = samples or 100
    rng = np.random.default_rng(seed)
    lengths = rng.integers(5, 31, n)
    walks = rng.exponential(size=(n, 30, 1)).cumsum(axis=1) * (np.arange(30) < lengths[:, None])[:, :, None]
    kinds = pd.DataFrame({"kind": rng.choice(["up", "down"], n)})
    return TimeSeriesDataset(SCHEMA, kinds, walks.astype(np.float32), lengths)
''',
    "conf/dataset/toy.yaml": """
# Random walks.
name: toy
log: [height]
held_out: 0.5
task: classification
predicted: kind
load:
  _target_: dg.datasets.toy.load
  raw: ${data}
metrics: [largest_w1]
""",
    "benchmarks/statistics/toy.py": '''
"""The largest value of each sample."""

import numpy as np

from benchmarks.distances import wasserstein1
from benchmarks.metric import Metric


def largest(dataset):
    """Each sample's largest value of the first measurement, float64 [n]."""
    return dataset.measurements[:, :, 0].max(axis=1).astype(np.float64)


LARGEST_W1 = Metric("Wasserstein-1 of the largest values", largest, wasserstein1)
''',
    "experiments/tables/toytable.py": '''
"""Toytable (beyond the paper): how far the largest values are from real ones."""

import pandas as pd

from benchmarks.catalogue import metric
from experiments.ink.models import label_of
from experiments.paper.artifact import Paper

PAPER = Paper(name="Toytable", section="5", claim="nothing of toys")


def compute(runs):
    """One row a run."""
    far = metric("largest_w1")
    rows = [{"model": run.model, "w1": far(run.real.held_out, run.generated), **run.config.dataset} for run in runs]
    return pd.DataFrame(rows)[["model", "name", "w1"]]


def render(frame):
    """Models by their labels."""
    return frame.assign(model=frame["model"].map(label_of)).to_markdown(index=False)
''',
    "conf/experiment/toytable.yaml": """
# @package _global_
# A toy artifact.
#   make reproduce-toytable
# Cost: nothing.
# Expected: the paper: nothing.
defaults:
  - override /dataset: toy

hydra:
  sweeper:
    params:
      model: ${models:toy}
""",
}
EACH = """
import pathlib, runpy, sys
from hydra import initialize_config_dir
from pytest import MonkeyPatch
from experiments.paper.grid import grid
from tests import quick
quick.predictors_soon(MonkeyPatch())
for command in " ".join(sys.argv[1:]).split(" + "):
    module, *sys.argv[1:] = command.split()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    print(end="\\f")

with initialize_config_dir(str(pathlib.Path("conf").resolve()), version_base="1.3"):
    print([cell.batches for cell in grid("table3", ["scale=smoke"]) if cell.model.name == "toy"])
"""
FOUND = [  # tests that find what is new by themselves, and how many of theirs are about it
    ("tests/experiments/test_model_contract.py", 3),
    ("tests/experiments/test_dataset_contract.py", 2),
    ("tests/experiments/test_configs.py", 2),
    ("tests/experiments/test_reproduce.py", 2),
    ("tests/baselines/test_every_baseline.py", 8),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with the new files, its notebook included."""
    tree = tmp_path_factory.mktemp("house") / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not name.startswith("results/") and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    for name, text in NEW.items():
        assert not (tree / name).exists()
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text.lstrip())
    return tree


@pytest.fixture(scope="module")
def told(tree: Path) -> list[str]:
    """What commands say in the tree, in one process: the notebooks, three artifacts, the report, the README and a grid.

    A new table of the new dataset with the new metric, an old table and an old figure with the new model.
    """
    small = ["scale=smoke", "logger=none", "outputs=out", "results=made"]
    reproduce, old = "experiments.reproduce", ["dataset=toy", "model=toy", *small]
    new, table = [reproduce, "artifact=toytable", *small], [reproduce, "artifact=augmentation", *old]
    figure = [reproduce, "artifact=figure18", *old]
    (tree / "none").mkdir()
    report = ["experiments.report", "results=none"]
    page, readme = [*report, "out=report.html"], [*report, "readme=true"]
    commands = ["experiments.notebooks", "+", *new, "+", *table, "+", *figure, "+", *page, "+", *readme]
    return run(tree, "-c", EACH, *commands).split("\f")


def run(tree: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "LOKY_MAX_CPU_COUNT": "1"}
    finished = subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_its_notebook_is_written(tree, told):
    assert (tree / "notebooks/toytable.py").exists() and (tree / "notebooks/toytable.ipynb").exists()


def test_make_help_lists_them(tree):
    shown = subprocess.run(["make", "help"], cwd=tree, capture_output=True, text=True, check=True).stdout
    assert re.search(r"artifacts: .*\btoytable\b", shown)
    assert re.search(r"models: .*\btoy\b", shown) and re.search(r"datasets: .*\btoy\b", shown)


def test_tables_and_figures_have_them(tree, told):
    assert "| Toy model | toy" in told[1]
    assert "Real and Toy model (A + B)" in told[2]
    assert "| Toy model" in told[3]
    assert (tree / "made/figure18.png").stat().st_size > 10_000


def test_the_report_and_the_readme_have_the_artifact(tree, told):
    section = (tree / "report.html").read_text().partition('<article id="toytable"')[2].partition("</article>")[0]
    assert "How far the largest values are from real ones." in section and "make reproduce-toytable" in section
    assert "| Toytable: How far the largest values are" in (tree / "README.md").read_text()


def test_the_grid_of_an_old_artifact_has_the_model_with_its_own_budget(told):
    assert told[-1].strip() == "[3]"


def test_contracts_hold_them(tree, told):
    files = [file for file, _ in FOUND] + ["tests/benchmarks/test_metric.py"]
    told = run(tree, "-m", "pytest", "-n", "0", "-vv", "-k", "toy or Toy or largest", "--no-header", *files)
    for file, count in [*FOUND, ("tests/benchmarks/test_metric.py", 1)]:
        passed = [line for line in told.splitlines() if line.startswith(file) and "PASSED" in line]
        assert len(passed) >= count, (file, told)
