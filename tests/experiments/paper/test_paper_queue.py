"""The queue of the whole paper: every artifact once for each of its datasets, on simulated or real data."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from experiments.paper import artifact, evidence

ROOT = Path(__file__).resolve().parents[3]
DATASETS = {"wwt", "mba", "gcut"}
SWEPT = {"table5", "augmentation"}  # over two datasets, of which one file is not both


@pytest.fixture(autouse=True)
def conf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DATA_WWT", "DATA_MBA", "DATA_GCUT", "DATA_GCUT_JOBS"):
        monkeypatch.delenv(name, raising=False)
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        yield


def test_every_artifact_stands_in_it_once_for_each_of_its_datasets():
    listed = evidence.entries(compose("evidence", ["queue=paper", "scale=smoke"]))
    places = [(entry.folder, name) for entry in listed for name in entry.artifacts]
    assert len(set(places)) == len(places)
    assert {name for _, name in places} == set(artifact.known())
    assert {entry.scale for entry in listed} == {"smoke"}
    for folder in ("wwt", "gcut"):
        assert {name for place, name in places if place == folder} >= SWEPT


@pytest.mark.slow
def test_the_models_of_a_folder_are_fitted_to_its_dataset_at_the_scale_that_is_chosen():
    config = compose("evidence", ["queue=paper", "scale=smoke"])
    config.entries = [entry for entry in config.entries if entry.artifacts[0] in {"table2", "figure8", "table5"}]
    items = evidence.queue(config, evidence.entries(config), ["model=bootstrap"])
    assert {item.entry.folder for item in items} == DATASETS
    for item in items:
        assert {cell.dataset.name for cell in item.cells} == {item.entry.folder}
        assert {cell.scale.name for cell in item.cells} == {"smoke"} and {cell.data for cell in item.cells} == {None}


def test_a_file_that_is_named_takes_the_simulators_place(tmp_path):
    config = compose("evidence", ["queue=paper", f"data.mba={tmp_path}"])
    config.entries = [entry for entry in config.entries if entry.artifacts[0] in {"figure23", "figure22"}]
    found = {
        item.entry.folder: {cell.data for cell in item.cells}
        for item in evidence.queue(config, evidence.entries(config), [])
    }
    assert found == {"mba": {str(tmp_path)}, "gcut": {None}}


def test_the_scale_of_the_evidence_is_no_choice():
    with pytest.raises(Exception, match="scale"):
        compose("evidence", ["scale=smoke"])


def test_make_paper_ends_with_the_report():
    told = subprocess.run(
        ["make", "-n", "paper", "SCALE=smoke", "JOBS=2", f"READY={ROOT}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    commands = re.findall(r"python -m experiments\.(\w+) queue=paper \"scale=smoke\" '(\S+)'", told)
    where = "results=${oc.env:RESULTS}/paper-smoke"
    assert commands == [("evidence", where), ("report", where)]
