"""A sweep by a launcher: what counts are the runs that are there, whatever the launcher says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from experiments.ink.models import searched
from experiments.paper.grid import cells, grid
from experiments.paper.sweep import sweep
from experiments.runs.attempt import attempt
from experiments.runs.plan import plan
from experiments.runs.run import Run
from tests.commands import Command

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
SMALL = ["scale=smoke", "scale.samples=60", "logger=none"]


@pytest.fixture(autouse=True)
def composing() -> Iterator[None]:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        yield


def launch(jobs) -> None:
    for job in jobs:
        attempt(compose("train", job))


@pytest.mark.parametrize(
    ("overrides", "count"),
    [
        (["experiment=search", "search=ar,hmm", "scale=search", "seed=0,1"], 48),
        (["experiment=table3", "lineup=best", "scale.seeds=2"], 12),
        (["model=ar,rnn", "batches=2"], 2),
        (["model=ar", "+model.module.p=1,2", "seed=3"], 2),
    ],
)
def test_a_job_is_composed_to_its_cell(overrides, count):
    whole = cells(overrides)
    assert len(whole) == len({Run.of(cell.config).folder for cell in whole}) == count
    for cell in (whole[0], whole[-1]):
        assert compose("train", cell.overrides) == cell.config


def test_a_sweep_over_sweeps_has_the_cells_of_each():
    whole = grid("search", ["scale=search", "seed=0", "search=all"])
    assert [cell.model.name for cell in whole if cell.model.name == "ar"] == ["ar"] * 12
    assert {cell.model.name for cell in whole} == set(searched("wwt"))


def test_what_is_missing_is_launched_and_what_failed_is_told(tmp_path, capsys):
    """By a launcher that stops at once, by one that says of all that they are completed, and by one that works."""
    bad = ["+model.module.packing=0"]
    made = [*SMALL, f"outputs={tmp_path}", "model=bootstrap", "seed=0,1"]
    launched: list[int] = []

    def stops(jobs) -> None:
        launched.append(len(jobs))
        launch(jobs[:1])
        raise RuntimeError("the node is gone")

    with pytest.raises(ValueError, match=r"1 of 2 runs failed: bootstrap on wwt, seed 1 .*stopped: .*the node is gone"):
        sweep(made, stops)
    with pytest.raises(ValueError, match=r"1 of 2 runs failed: bootstrap on wwt, seed 1 .* its job left no word"):
        sweep(made, lambda jobs: launched.append(len(jobs)))
    sweep(made, launch)
    sweep(made, pytest.fail)
    assert launched == [2, 1]
    with pytest.raises(ValueError, match=r"2 of 2 runs failed: .* packing: Input should"):
        sweep([*made, "model=doppelganger", *bad], launch)
    sweep([*made, "model=doppelganger", *bad, "plan=true"], pytest.fail)
    assert "sweep: 2 cells, 2 failed" in capsys.readouterr().out


def test_a_launcher_that_can_launch_nothing_says_so_once(tmp_path):
    def refuses(jobs) -> None:
        raise ValueError("there is no cluster")

    with pytest.raises(ValueError, match="there is no cluster"):
        sweep([*SMALL, f"outputs={tmp_path}", "model=bootstrap", "seed=0,1"], refuses)


def test_nothing_to_sweep_is_told():
    with pytest.raises(ValueError, match="nothing is swept: name values"):
        sweep(["experiment=table1"], pytest.fail)
    with pytest.raises(ValueError, match="seed: Input should be greater"):
        sweep(["seed=1,-1"], pytest.fail)


def test_a_plan_measures_by_runs_like_those_that_are_missing(tmp_path):
    chosen = [*SMALL, f"outputs={tmp_path}"]
    few = [compose("train", [*chosen, "model=bootstrap", f"seed={seed}"]) for seed in range(3)]
    assert "3 cells, 3 missing; time, memory and disk of what is missing: not measured" in plan("p", few, jobs=2)
    assert attempt(few[0]) is None
    work = Run.of(few[0]).provenance["work"]
    assert (work["model"], work["batches"]) == ("bootstrap", few[0].batches) and work["memory"] > 2**26
    told = plan("p", [*few, compose("train", [*chosen, "model=ar"])], jobs=2)
    assert "p: 4 cells, 1 done, 3 missing; what is missing takes about 0 seconds one at a time" in told
    assert "2 at a time" in told and "of memory and" in told and told.endswith("of disk, 1 of them not measured")


def test_what_a_sweep_made_is_found_by_reproduce_and_the_other_way_round(tmp_path, capsys):
    """With a job that fails, whose launcher stops no other."""
    chosen = [*SMALL, "scale.batches=1", f"outputs={tmp_path}", "search=ar", "model=ar"]
    chosen += ["model.encoder.auto_normalize=true"]
    noise, both = "+model.module.residual_noise", [*chosen, "+model.module.p=1"]
    swept = ["-m", "experiment=search", *both, f"{noise}=maybe,true"]
    status, output, errors = Command("experiments.train", *swept).finish()
    assert status == 1 and "error: 1 of 2 runs failed: ar on wwt, seed 0" in errors, errors
    assert "valid boolean, got 'maybe'" in errors and "Traceback" not in output + errors
    reproduced = ["artifact=search", *both, f"results={tmp_path}", "jobs=1", "plan=true"]
    status, output, errors = Command("experiments.reproduce", *reproduced).finish()
    assert status == 0 and "search: 2 cells, 1 done, 1 missing; what is missing takes about" in output, errors
    found = grid("search", both)
    assert [Run.of(cell).finished for cell in found] == [False, True]
    assert attempt(found[0]) is None  # as reproduce makes it
    sweep(["experiment=search", *both, "plan=true"], pytest.fail)
    assert "sweep: 2 cells, 2 done" in capsys.readouterr().out
