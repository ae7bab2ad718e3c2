"""The list of everything that results/ holds: complete, said in the documentation, and made from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from experiments.paper import artifact, evidence, written
from experiments.runs.provenance import CHANGED, revision

ROOT = Path(__file__).resolve().parents[3]
SMALL = ["model=bootstrap", "scale.samples=60"]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., DictConfig]]:
    """Composes conf/evidence.yaml; no real data are named by the environment."""
    for name in ("DATA_WWT", "DATA_MBA", "DATA_GCUT_JOBS"):
        monkeypatch.delenv(name, raising=False)

    def composed(*overrides: str) -> DictConfig:
        return compose("evidence", list(overrides))

    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        yield composed


def test_every_result_stands_in_the_list_once(queued):
    listed = [(entry.folder, name) for entry in evidence.entries(queued()) for name in entry.artifacts]
    assert len(set(listed)) == len(listed)
    committed = {(file.parent.name, written.read(file)["artifact"]) for file in (ROOT / "results").glob("*/*.json")}
    assert committed and not committed - set(listed)


def test_the_documentation_says_what_the_list_says(queued):
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    listed = evidence.entries(queued())
    assert evidence.documented(page, listed) == page and evidence.table(listed) in page


def test_what_has_no_path_is_left_out_and_told(queued, capsys):
    config = queued("only=wwt-real-best")
    assert evidence.queue(config, evidence.entries(config), []) == []
    assert capsys.readouterr().out == "left out, for data.wwt= names no file: wwt-real-best\n"


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["only=nowhere"], "only=nowhere is none of the folders: schemas, wwt-real-whole"),
        (["entries=[{folder:a,data:null,scale:small,artifacts:[table99]}]"], "unknown artifact 'table99'"),
        (
            ["entries=[{folder:a,data:moon,scale:small,artifacts:[table1]}]"],
            "no data are called 'moon'; known: wwt, mba",
        ),
        (["entries=[{folder:a,data:null,artifacts:[table1]}]"], r"entries: 0.scale: Field required"),
    ],
)
def test_a_wrong_list_is_named(queued, overrides, told):
    with pytest.raises(ValueError, match=told):
        evidence.entries(queued(*overrides))


@pytest.mark.slow
def test_the_queue_makes_each_artifact_once_and_tells_what_failed(queued, tmp_path, capsys):
    places = {"outputs": tmp_path, "results": tmp_path / "results"}
    failing = ["model=doppelganger", "++model.module.packing=0"]
    config = queued()
    config.entries = [
        {"folder": "b", "data": None, "scale": "smoke", "artifacts": ["table3"], "overrides": failing},
        {"folder": "a", "data": None, "scale": "smoke", "artifacts": ["table1", "table3"], "overrides": SMALL},
    ]
    items = evidence.queue(config, evidence.entries(config), [f"outputs={tmp_path}", "logger=none"])
    plan = evidence.plan(items, jobs=1, **places)
    assert "evidence: 2 cells, 2 missing" in plan and "a/table3" in plan
    with pytest.raises(ValueError, match=r"1 of 3 artifacts failed: b/table3: 1 of 1 runs failed: .*packing"):
        evidence.make(items, jobs=1, **places)
    assert sorted(file.name for file in (tmp_path / "results").glob("*/*.json")) == ["table1.json", "table3.json"]
    assert "2 of 2 cells" not in capsys.readouterr().err
    clean = not revision().endswith(CHANGED)  # what changed code computed is computed again
    assert [item.written(tmp_path / "results") for item in items] == [False, clean, clean]


@pytest.mark.slow
def test_changed_code_makes_no_evidence(queued, tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "revision", lambda: "0123456789ab+changes")
    config = queued("only=schemas")
    items = evidence.queue(config, evidence.entries(config), [f"outputs={tmp_path}"])
    with pytest.raises(ValueError, match="the working tree differs from its commit"):
        evidence.make(items, outputs=tmp_path, results=tmp_path, jobs=1)
    assert not list(tmp_path.iterdir()) and artifact.known()
