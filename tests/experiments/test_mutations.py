"""Whatever the files of a run folder have become, they are read or refused, soon and with little memory.

MUTATIONS=5000 in the environment tries 5,000 wrong files of each kind in place of a few.
"""

from __future__ import annotations

import shutil

import pytest

from experiments.runs.run import Run
from experiments.runs.training import train
from experiments.studies import downstream
from tests.mutations import examples, mutated_bytes, mutated_json, refused_or_read

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "mutate", "part"),
    [
        ("run.json", mutated_json, "provenance"),
        ("run.json", mutated_json, "generated"),
        ("config.yaml", mutated_bytes, "generated"),
        ("generated/measurements.npy", mutated_bytes, "generated"),
        ("generator/generator.json", mutated_json, "generator"),
        ("metrics/version_0/metrics.csv", mutated_bytes, "curves"),
    ],
)
def test_a_run_folder(copy, name, mutate, part):
    run = copy("model=rcgan", "dataset=mba")
    file = run.folder / name
    content = file.read_bytes()
    for rng in examples(25):
        file.write_bytes(mutate(content, rng))
        said = refused_or_read(lambda: getattr(Run.of(run.config), part))
        assert said is None or str(run.folder) in said
    file.write_bytes(content)
    assert refused_or_read(lambda: getattr(Run.of(run.config), part)) is None


@pytest.mark.usefixtures("in_this_process")
def test_scores_that_are_kept(config):
    run = train(config("model=bootstrap", "scale.samples=60"))
    frame = downstream.forecasted([run])
    file = next((run.folder.parents[1] / "downstream").glob("*.parquet"))
    content = file.read_bytes()
    for rng in examples(25):
        file.write_bytes(mutated_bytes(content, rng))
        said = refused_or_read(lambda: downstream._read(file))
        assert said is None or str(file) in said
    shutil.rmtree(file.parent)
    assert downstream.forecasted([run]).drop(columns="resampled").equals(frame.drop(columns="resampled"))
