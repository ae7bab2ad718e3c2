"""What W&B is told, read back from its offline files: a sweep is a group, a cell a run, an artifact its numbers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.runs.training import train
from tests.commands import Command

SMALL = ["dataset=mba", "scale=smoke", "dataset.held_out=0.5"]


READER = """
import collections, json, sys
from google.protobuf.json_format import MessageToDict
from wandb.proto.wandb_internal_pb2 import Record
from wandb.sdk.internal.datastore import DataStore

for file in sys.argv[1:]:
    store, records = DataStore(), collections.defaultdict(list)
    store.open_for_scan(file)
    while (data := store.scan_data()) is not None:
        record = Record()
        record.ParseFromString(data)
        kind = record.WhichOneof("record_type")
        records[kind].append(MessageToDict(getattr(record, kind), preserving_proto_field_name=True))
    print(json.dumps(records))
"""


def told(*files: Path) -> list[dict[str, list[Any]]]:
    """The records of offline runs by their kinds, by wandb's own reader; its import takes 20 s after torch's."""
    command = [sys.executable, "-c", READER, *map(str, files)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def values(items: list[dict[str, Any]]) -> dict[str, Any]:
    """What a record of history, summary or config says, by its keys."""
    return {item.get("key") or "/".join(item["nested_key"]): json.loads(item["value_json"]) for item in items}


@pytest.mark.slow
def test_a_sweep_is_a_group_and_its_table_a_run_with_numbers_and_a_drawing(tmp_path):
    options = ["artifact=figure6", "model=bootstrap", "scale=smoke", "jobs=1"]
    results = tmp_path / "results"
    status, _, errors = Command("experiments.reproduce", *options, f"outputs={tmp_path}", f"results={results}").finish()
    assert status == 0, errors
    cell, page = told(
        *tmp_path.glob("runs/*/wandb/offline-run-*/*.wandb"), *tmp_path.glob("wandb/offline-run-*/*.wandb")
    )
    (folder,) = tmp_path.glob("runs/*")
    (begun,) = cell["run"]
    assert (begun["run_id"], begun["run_group"], begun["display_name"]) == (folder.name, "figure6", "bootstrap-0")
    assert values(cell["config"][-1]["update"])["batches"] == 10
    history = [values(record["item"]) for record in cell["history"]]
    assert [step["validation/mmd"] for step in history if "validation/mmd" in step]
    assert [file["path"] for record in cell["files"] for file in record["files"] if file["path"].endswith(".png")]
    (model,) = cell["artifact"]
    assert (model["type"], model["name"]) == ("model", f"bootstrap-{folder.name}")
    assert all(Path(entry["local_path"]).exists() for entry in model["manifest"]["contents"])
    assert not cell["exit"][-1].get("exit_code")

    assert (page["run"][0]["run_group"], page["run"][0]["job_type"]) == ("figure6", "artifact")
    (table,) = tmp_path.glob("wandb/offline-run-*/files/media/table/*.json")
    frame = pd.read_csv(results / "figure6.csv")
    assert json.loads(table.read_text())["columns"] == list(frame.columns)
    assert list(tmp_path.glob("wandb/offline-run-*/files/media/images/figure*.png"))
    summary = {key: value for record in page["summary"] for key, value in values(record["update"]).items()}
    number = frame.select_dtypes("number").columns[-1]
    assert summary[f"bootstrap/{number}"] == pytest.approx(frame.query("model == 'bootstrap'")[number].median())
    (files,) = [item for item in page["artifact"] if item["type"] == "artifact"]
    assert sorted(entry["path"] for entry in files["manifest"]["contents"]) == [
        f"figure6.{kind}" for kind in ("csv", "json", "md", "pdf", "png")
    ]


@pytest.mark.slow
def test_a_run_that_is_interrupted_is_not_finished_and_goes_on_under_its_id(tmp_path):
    options = [*SMALL, "model=naive_gan", f"outputs={tmp_path}", "batches=400", "scale.checkpoint_every=5"]
    command = Command("experiments.train", *options)
    while not list(tmp_path.glob("runs/*.unfinished/checkpoint.ckpt")) and command.poll() is None:
        time.sleep(0.01)
    command.send_signal(signal.SIGTERM)
    assert command.finish()[0] == 143
    status, _, errors = Command("experiments.train", *options).finish()
    assert status == 0, errors
    (run,) = tmp_path.glob("runs/*")
    first, second = told(*sorted(run.glob("wandb/offline-run-*/*.wandb")))
    assert first["run"][0]["run_id"] == second["run"][0]["run_id"] == run.name
    assert first["exit"][-1]["exit_code"] == 1 and not second["exit"][-1].get("exit_code")


def test_without_wandb_a_run_is_logged_as_csv(config, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    run = train(config(*SMALL, "model=bootstrap", "logger=csv"))
    assert run.logged and not list(run.folder.glob("wandb"))
