"""The hours of the whole paper: by hand for a folder of results, and as the documentation has them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hydra import compose, initialize_config_dir

from experiments.paper import evidence, whole
from experiments.paper.grid import ROOT, checked, grid
from experiments.paper.marks import END

FEW = ["figure20", "figure5", "figure10", "table6"]  # each dataset, and one without runs; all of them take a minute


@pytest.fixture
def conf() -> Iterator[None]:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        yield


def test_a_batch_is_timed_by_the_runs_of_a_model_as_it_is(tmp_path):
    """16 s for 400 batches of RCGAN, Glorot; 5 and 7 s for 50 iterations on 10 samples of an HMM; a run counts once."""
    timed = [("a", "rcgan_glorot", 16), ("b", "hmm", 5), ("c", "hmm", 7), ("c", "hmm", 7), ("d", "withdrawn", 9)]
    data = {"origin": "x", "sha256": None, "fingerprint": "f", "samples": 10}
    told = {"seed": 0, "scale": "evening", "data": data, "revision": "r", "versions": {}, "device": "d", "threads": 1}
    runs = [{"id": name, "model": model, "seconds": float(took), **told} for name, model, took in timed]
    listed = []
    for folder, overrides in {"as-it-is": [], "altered": ["+model.module.units=3"]}.items():
        listed.append(
            evidence.Entry(folder=folder, data="wwt", scale="evening", artifacts=["table3"], overrides=overrides)
        )
        (tmp_path / folder).mkdir()
        facts = {"artifact": "table3", "revision": "r", "runs": runs}
        (tmp_path / folder / "table3.json").write_text(json.dumps(facts))
        line = "Data: x; scale evening (1,000 batches, RCGAN 2,000, RCGAN, Glorot 400); seeds [0]."
        (tmp_path / folder / "table3.md").write_text(line)
        runs = [{**run, "id": f"{run['id']}2", "seconds": 1000.0} for run in runs]
    known = whole.rates(listed, tmp_path)
    assert known["rcgan_glorot", "wwt"] == known["baselines.rcgan.RCGAN", "wwt"] == 16 / 400
    assert known["hmm", "wwt"] == pytest.approx(6 / 50 / 10)
    assert {name for name, _ in known} == {"rcgan_glorot", "baselines.rcgan.RCGAN", "hmm", "baselines.hmm.HMM"}


def test_a_cell_takes_as_long_as_its_model_or_its_class(conf):
    cells = {cell.model.name: cell for cell in checked(grid("figure5", ["scale=paper", "seed=0"]))}
    known = {("dg.doppelganger.DoppelGANger", "wwt"): 0.09}
    assert whole.hours(cells["doppelganger"], known) == pytest.approx(0.09 * 200_000 / 3600)
    assert whole.hours(cells["doppelganger"], {**known, ("doppelganger", "wwt"): 0.18}) == pytest.approx(10)
    assert whole.hours(cells["doppelganger"], {}) is None


@pytest.mark.slow
def test_the_documentation_has_these_hours(conf):
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    table = page.partition(whole.BEGIN)[2].partition(END)[0]
    named = [line.split("`")[1] for line in table.splitlines() if "`" in line]
    assert named == whole.experiments()
    lines, _ = whole.rows(FEW, whole.rates(evidence.entries(compose("evidence")), ROOT / "results"))
    assert set(lines.values()) <= set(table.splitlines()), "python -m experiments.evidence document=true writes it anew"
