"""What is written beside an artifact: verdicts at every scale but smoke, and numbers of committed code only."""

from __future__ import annotations

import json
import subprocess

import pytest
from hydra import initialize_config_dir

from experiments.paper import artifact
from experiments.paper.grid import ROOT, fitted
from experiments.runs.provenance import device, revision
from experiments.runs.run import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def copies(copy) -> list[Run]:
    """Two controls that are nothing but resampled data, called by a model's name, with three seeds."""
    return [copy(f"model={model}", f"seed={seed}") for model in ("bootstrap", "shuffled") for seed in range(3)]


def renamed(runs: list[Run], scale: str) -> list[Run]:
    for run in runs:
        run.config.scale.name = scale
        run.config.model.name = {"bootstrap": "doppelganger", "shuffled": "ar"}[run.config.model.name]
    return runs


def test_verdicts_are_in_the_text_and_in_the_json(copies, tmp_path):
    text = artifact.write("table3", renamed(copies, "small"), tmp_path / "real")
    assert "DoppelGANger is closest: **holds**; against AR " in text and "t intervals over seeds" in text
    written = json.loads((tmp_path / "real/table3.json").read_text())
    assert [verdict["outcome"] for verdict in written["verdicts"]] == ["holds", "holds"]
    (line,) = (line for line in artifact.all_verdicts(tmp_path).splitlines() if "is closest" in line)
    assert "| real " in line and "| Table 3 " in line and "| holds " in line


def test_at_smoke_there_is_no_verdict(copies, tmp_path):
    text = artifact.write("table3", renamed(copies, "smoke"), tmp_path)
    assert "At scale smoke nothing is judged" in text and "holds" not in text
    assert json.loads((tmp_path / "table3.json").read_text())["verdicts"] == []


def test_a_changed_working_tree_makes_no_numbers_unless_told(tmp_path, monkeypatch):
    """In a repository of its own, whose one file of code is changed after its commit; new results are no change."""
    commands = ["init -q", "add file results", "-c user.name=a -c user.email=a@b commit -qm one"]
    (tmp_path / "file").write_text("one")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "table3.md").write_text("one")
    for command in commands:
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    chosen = [f"outputs={tmp_path}", "model=bootstrap", "logger=csv", "scale.samples=100", "scale.seeds=1"]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        (tmp_path / "results" / "table3.md").write_text("two")
        assert not revision().endswith("+changes")
        (tmp_path / "file").write_text("two")
        assert revision().endswith("+changes")
        with pytest.raises(ValueError, match=r"the working tree differs from its commit .*; or say changed=true"):
            fitted("table3", [*chosen, "scale=small"], changed=False)
        (run,) = fitted("table3", [*chosen, "scale=small"], changed=True)
        assert run.provenance["revision"].endswith("+changes") and run.provenance["load"] >= 0
        subprocess.run(["git", "checkout", "-q", "file"], cwd=tmp_path, check=True)
        with pytest.raises(ValueError, match=rf"the code that made {run.folder} differs from its commit"):
            fitted("table3", [*chosen, "scale=small"], changed=False)


def test_the_device_is_the_processors_name():
    assert device("cpu").split(",")[0] not in ("", "x86_64 CPU") and device("cpu").endswith("CPUs")


def test_the_page_of_claims_is_that_of_the_results():
    """`python -m experiments.claims` would write it again as it is."""
    assert (ROOT / "docs" / "claims.md").read_text(encoding="utf-8") == artifact.all_verdicts(ROOT / "results")
