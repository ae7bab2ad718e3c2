"""One name in five places, one grid for the sweep and for make."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from hydra import compose, initialize_config_dir

from experiments.ink.models import floors
from experiments.paper import artifact, notebook
from experiments.paper.grid import grid, quoted
from experiments.paper.published import TABLE3
from tests import slowly

ROOT = Path(__file__).resolve().parents[2]


def names(pattern: str) -> list[str]:
    return sorted(file.stem for file in ROOT.glob(pattern))


def test_one_name_in_every_place():
    known = artifact.known()
    assert known == names("conf/experiment/*.yaml")
    assert sorted([*known, *notebook.stories()]) == names("notebooks/*.py") == names("notebooks/*.ipynb")
    assert {"table3", "table4", "figure1", "figure6"} <= set(known)
    for name in set(known) - {"training"}:
        assert artifact.find(name).PAPER.name.replace(" ", "").lower() == name


def test_an_unknown_artifact_lists_the_known():
    with pytest.raises(ValueError, match=r"unknown artifact 'table99'; known: .*figure1.*table3"):
        artifact.find("table99")
    with pytest.raises(ValueError, match="figure7 is not reproduced: it is a drawing"):
        artifact.find("figure7")


@pytest.mark.slow
def test_the_grid_is_every_model_with_every_seed():
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cells = grid("table3", ["scale=small"])
    models = {cell.model.name for cell in cells}
    assert models <= set(names("conf/model/*.yaml"))
    assert models == {*TABLE3, *floors(), "bootstrap", "doppelganger_released"}
    assert [(cell.seed, cell.model.name) for cell in cells[:2]] == [(0, "doppelganger"), (0, "doppelganger_500")]
    assert len(cells) == 3 * len(models)


@pytest.mark.parametrize("name", slowly.but(("table1", "figure5"), artifact.known()))
def test_every_grid_can_be_composed(name):
    """Of known models; the tables of schemas have none."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cells = grid(name, ["scale=smoke"])
    assert {cell.model.name for cell in cells} <= set(names("conf/model/*.yaml"))
    assert bool(cells) == (name not in ("table1", "table6", "table7", "table8"))
    assert name != "figure23" or {cell.dataset.held_out for cell in cells} == {0.5}


def test_what_is_named_is_not_swept():
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        both = grid("table5", ["scale=smoke", "model=ar"])
        one = grid("table5", ["scale=smoke", "model=ar", "dataset=gcut_jobs", "seed=7"])
    assert [cell.dataset.name for cell in both] == ["gcut", "wwt"]
    assert [(cell.dataset.name, cell.model.name, cell.seed) for cell in one] == [("gcut_jobs", "ar", 7)]


def test_what_is_swept_is_what_hydra_composes():
    chosen = ["experiment=search", "search=ar", "scale=smoke", "logger=csv"]
    last = ["model=ar", "seed=0", "model.encoder.auto_normalize=true", "+model.module.end=sampled"]
    last += ["+model.module.residual_noise=true", "+model.module.p=7"]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cells = grid("search", chosen[1:])
        assert cells[-1] == compose("train", [*chosen, *last]) and cells[0] != cells[-1]


@pytest.mark.parametrize("name", artifact.known())
def test_a_notebook_is_what_its_artifact_says_and_what_we_see(name, tmp_path):
    """`python -m experiments.notebooks` would write it again as it is."""
    for file in notebook.write(name, tmp_path):
        assert file.read_text() == (ROOT / "notebooks" / file.name).read_text()


def test_every_notebook_says_what_we_see():
    texts = {name: (ROOT / "notebooks" / f"{name}.py").read_text() for name in artifact.known()}
    assert not [name for name, text in texts.items() if re.search("TODO|Nothing yet", text)]


@pytest.mark.parametrize("place", ["notebooks/{}.py", "conf/experiment/{}.yaml"])
def test_no_text_says_that_there_is_no_result_where_there_is_one(place):
    there = {file.stem for file in ROOT.glob("results/*/*.csv")}
    texts = {name: (ROOT / place.format(name)).read_text() for name in artifact.known() if name in there}
    assert not [name for name, text in texts.items() if re.search("(?i)no (committed result|result is)", text)]


@pytest.mark.parametrize("name", notebook.stories())
def test_a_storys_notebook_is_its_text(name, tmp_path):
    assert notebook.pair(name, tmp_path).read_text() == (ROOT / "notebooks" / f"{name}.ipynb").read_text()


@pytest.mark.parametrize("name", [*artifact.known(), *notebook.stories()])
def test_notebooks_are_paired_and_have_no_outputs(name):
    source = jupytext.read(ROOT / "notebooks" / f"{name}.py")
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


def test_make_help_lists_every_target():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z%-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {"test", "lint", "speed", "notebooks", "reproduce-%"} <= set(targets)
    assert all(f"  {target}" in shown for target in targets)
    assert "table3" in shown


HOSTILE = ["a b/(1) ü's.csv", "[x]*?.csv", 'a "quoted" $HOME.csv', "${oc.env:HOME}", "{a: b},c=d", "ends with \\", "#"]


@pytest.mark.slow
@pytest.mark.parametrize("path", HOSTILE)
def test_hydras_grammar_sees_nothing_in_a_path(path, monkeypatch):
    """Neither through the environment, as make hands it on, nor quoted, as notebooks do."""
    monkeypatch.setenv("DATA", path)
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        for override in ("data=${oc.env:DATA}", f"data={quoted(path)}"):
            assert compose("train", [override]).data == path


@pytest.mark.slow
@pytest.mark.parametrize("path", ["a b (1) ü's", "x*[1]$y"])
def test_make_hands_paths_on_as_they_are(path, tmp_path):
    results = tmp_path / path
    settings = [f"DATA={tmp_path}/{path}.csv".replace("$", "$$"), f"RESULTS={results}".replace("$", "$$")]
    (tmp_path / "ready").touch()  # newer than requirements.lock, so that no environment is made
    settings += [f"READY={tmp_path / 'ready'}", f"BIN={Path(sys.executable).parent}"]
    command = ["make", "-s", "reproduce-table1", *settings]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0 and "Table 1" in told.stdout, told.stderr
    assert (results / "table1.md").exists()
