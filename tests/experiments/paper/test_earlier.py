"""`extends=`: numbers that results hold are taken over where the same runs are behind them, and nowhere else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hydra import initialize_config_dir

from experiments.paper import artifact
from experiments.paper.earlier import Earlier
from experiments.paper.grid import ROOT, fitted
from tests.experiments.conftest import composed

pytestmark = pytest.mark.slow


@pytest.fixture
def made(store, tmp_path, together) -> Callable[..., Path]:
    """Table 3 of some models and seeds at scale smoke, in a folder of its own; by what it extends, if anything.

    name: or another artifact
    """

    def write(
        folder: str,
        models: str,
        *overrides: str,
        name: str = "table3",
        extends: Path | None = None,
        outputs: Path = store,
    ) -> Path:
        with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
            chosen = [f"hydra.sweeper.params.model='{models}'", "scale=smoke", "logger=csv", f"outputs={outputs}"]
            earlier = Earlier.read(name, extends) if extends else None
            runs = fitted(name, [*chosen, *overrides], earlier=earlier)
            artifact.write(name, runs, tmp_path / folder, earlier)
        return tmp_path / folder

    return write


@pytest.mark.parametrize("name", ["table3", "figure19"])
def test_what_is_extended_is_as_if_it_were_made_whole(made, tmp_path, name):
    """The model that is taken over is not made again: the other outputs do not have it. Figure 19 leaves it out."""
    whole = made("whole", "ar,naive_gan,bootstrap", "scale.seeds=2", name=name)
    half = made("half", "ar,bootstrap", name=name)
    elsewhere = {"extends": half, "outputs": tmp_path / "outputs"}
    more = made("more", "ar,naive_gan,bootstrap", "scale.seeds=2", name=name, **elsewhere)
    pd.testing.assert_frame_equal(*(pd.read_csv(folder / f"{name}.csv") for folder in (whole, more)), rtol=0, atol=0)
    assert (more / f"{name}.md").read_text() == (whole / f"{name}.md").read_text()
    sources = [json.loads((folder / f"{name}.json").read_text())["runs"] for folder in (whole, more)]
    ids = [[(run["id"], run["model"], run["seed"]) for run in runs] for runs in sources]
    assert ids[0] == ids[1] and len(ids[0]) == 6
    assert len([*(tmp_path / "outputs" / "runs").iterdir()]) == 5


def test_only_the_same_runs_are_taken_over(made):
    half = made("half", "ar,bootstrap")
    with pytest.raises(ValueError, match=r"half/table3.csv is of none of these runs: name its dataset"):
        made("longer", "ar,bootstrap", "scale.batches=3", extends=half)
    with pytest.raises(ValueError, match="nothing is left to make of a seed"):
        made("more", "ar", "scale.seeds=2", extends=half)
    twice = [composed("model=ar", f"scale.batches={batches}") for batches in (2, 3)]
    with pytest.raises(ValueError, match="several runs with the same seed"):
        Earlier.read("table3", half).among(twice)


def test_numbers_of_other_code_are_not_extended(made, tmp_path):
    """Told by the rows of `real`: another number, another column, no such rows at all."""
    half = made("half", "ar,bootstrap")
    numbers = pd.read_csv(half / "table3.csv")
    other = numbers.assign(mse=numbers["mse"].where(numbers["model"] != "real", numbers["mse"] * 1.001))
    for name, frame in {"other": other, "fewer": numbers.drop(columns="mse_standard")}.items():
        shutil.copytree(half, tmp_path / name)
        frame.to_csv(tmp_path / name / "table3.csv", index=False)
        with pytest.raises(ValueError, match=rf"{name}/table3.csv was computed by other code"):
            made("more", "ar,rnn,bootstrap", extends=tmp_path / name)
    numbers[numbers["model"] != "ar"].to_csv(half / "table3.csv", index=False)
    with pytest.raises(ValueError, match=r"half/table3.csv has no row of ar with seed 0"):
        made("more", "ar,rnn,bootstrap", extends=half)
    numbers[numbers["model"] != "real"].to_csv(half / "table3.csv", index=False)
    with pytest.raises(ValueError, match=r"half/table3.csv cannot be extended: only numbers of models and seeds"):
        made("more", "ar,rnn,bootstrap", extends=half)


def test_results_that_are_not_there_or_damaged_are_named(made, tmp_path):
    with pytest.raises(ValueError, match=r"nowhere has no table3.csv, so that there is nothing to extend"):
        made("more", "ar,bootstrap", extends=tmp_path / "nowhere")
    half = made("half", "ar,bootstrap")
    (half / "table3.json").write_text(json.dumps({"artifact": "table3", "revision": "abc", "runs": [{"id": 1}]}))
    with pytest.raises(ValueError, match=r"half/table3.json: runs.0"):
        made("more", "ar,bootstrap", extends=half)
