"""A fitted model as a file that is handed to a stranger, and as a source of samples."""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from dg import Categorical, Encoder, Generator, Schema, TimeSeriesDataset, fit, load
from dg.generator import CHUNK


@pytest.fixture
def generator(toy: TimeSeriesDataset, small) -> Generator:
    return fit(small(), toy, batches=3, seed=0)


@pytest.fixture
def folder(generator: Generator, tmp_path: Path) -> Path:
    generator.save(tmp_path / "generator")
    return tmp_path / "generator"


def test_the_same_seed_gives_the_same_samples(generator: Generator) -> None:
    assert generator.sample(30, seed=1).fingerprint == generator.sample(30, seed=1).fingerprint
    assert generator.sample(30, seed=1).fingerprint != generator.sample(30, seed=2).fingerprint


def test_samples_do_not_depend_on_global_randomness_nor_touch_it(generator: Generator) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = generator.sample(5, seed=0)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert generator.sample(5, seed=0).fingerprint == first.fingerprint


def test_more_samples_than_a_chunk_are_all_different(generator: Generator) -> None:
    n = 2 * CHUNK + 7
    sample = generator.sample(n, seed=0)
    assert len(sample) == n
    assert sample.take(slice(n - 9)).fingerprint == generator.sample(n - 9, seed=0).fingerprint
    first = sample.measurements[:, 0, 0]
    assert len(np.unique(first)) > 0.99 * n
    assert sample.take(slice(0, CHUNK)).fingerprint == generator.sample(CHUNK, seed=0).fingerprint


@pytest.mark.parametrize("n", [0, -3])
def test_at_least_one_sample_is_asked_for(generator: Generator, n: int) -> None:
    with pytest.raises(ValueError, match=f"Generator.sample: n: Input should be greater than or equal to 1, got {n}"):
        generator.sample(n, seed=0)


def test_sampling_leaves_the_weights_and_the_running_statistics_alone(generator: Generator) -> None:
    before = {name: weight.clone() for name, weight in generator.module.state_dict().items()}
    generator.sample(5, seed=0)
    assert all(torch.equal(before[name], weight) for name, weight in generator.module.state_dict().items())
    assert not generator.module.training


def test_a_saved_generator_samples_the_same(generator: Generator, folder: Path, same_weights: Callable) -> None:
    loaded = load(folder)
    assert same_weights(loaded.module, generator.module)
    assert loaded.encoder == generator.encoder and dict(loaded.module.hparams) == dict(generator.module.hparams)
    assert loaded.sample(20, seed=3).fingerprint == generator.sample(20, seed=3).fingerprint


def test_a_generator_without_metadata_and_minmax_is_saved_too(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    bare = toy.without_metadata()
    generator = fit(small(), bare, encoder=Encoder.fit(bare, auto_normalize=False), batches=1, seed=0)
    generator.save(tmp_path)
    assert load(tmp_path).sample(5, seed=0).fingerprint == generator.sample(5, seed=0).fingerprint


def test_the_folder_holds_readable_text_and_plain_weights(folder: Path) -> None:
    files = {file.name for file in folder.iterdir()}
    assert files == {"generator.json", "schema.json", "encoder.json", "weights.safetensors"}
    for name in files:
        assert b"\x80\x02" not in (folder / name).read_bytes()[:2] and b"PK" not in (folder / name).read_bytes()[:2]
    assert json.loads((folder / "generator.json").read_text())["model"] == "DoppelGANger"


@pytest.mark.parametrize(
    "name",
    ["os.system", "subprocess.Popen", "antigravity", "dg.doppelganger.DoppelGANger", "Nobody", "", ["DoppelGANger"]],
)
def test_a_model_that_is_not_known_is_refused_and_not_imported(
    folder: Path, name: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = json.loads((folder / "generator.json").read_text())
    (folder / "generator.json").write_text(json.dumps({**description, "model": name}))
    imported: list[str] = []

    class Witness:
        def find_spec(self, name: str, *_: object) -> None:
            imported.append(name)

    monkeypatch.setattr(sys, "meta_path", [Witness(), *sys.meta_path])
    with pytest.raises(ValueError, match=f"{folder} does not hold a whole generator"):
        load(folder)
    assert not {"os", "subprocess", "antigravity", "Nobody"} & {module.split(".")[0] for module in imported}


def test_the_models_that_are_known_are_listed(folder: Path) -> None:
    description = json.loads((folder / "generator.json").read_text())
    (folder / "generator.json").write_text(json.dumps({**description, "model": "Nobody"}))
    with pytest.raises(ValueError, match=r"unknown model 'Nobody'; known: \[.*'DoppelGANger'"):
        load(folder)


@pytest.mark.parametrize("name", ["generator.json", "schema.json", "encoder.json", "weights.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "not text"])
def test_a_damaged_folder_is_one_clear_error(folder: Path, name: str, damage: str) -> None:
    file = folder / name
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        case "not text":
            file.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(ValueError, match=f"{folder} does not hold a whole generator"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("generator.json", "[]"),
        ("generator.json", '{"model": "DoppelGANger", "hyperparameters": {"surprise": 1}}'),
        ("generator.json", '{"model": "DoppelGANger", "hyperparameters": []}'),
        ("generator.json", '{"model": "DoppelGANger", "hyperparameters": {"lstm_units": 99}}'),
        ("schema.json", "{}"),
        ("encoder.json", "[]"),
    ],
)
def test_content_that_does_not_fit_is_one_clear_error(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(ValueError, match=f"{folder} does not hold a whole generator"):
        load(folder)


def test_a_folder_that_cannot_be_written_is_an_os_error(generator: Generator, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError):
        generator.save(tmp_path / "file")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n": 1.5}, "n: Input should be a valid integer, got 1.5"),
        ({"n": True}, "n: Input should be a valid integer, got True"),
        ({"n": "3"}, "n: Input should be a valid integer, got '3'"),
        ({"seed": -1}, "seed: Input should be greater than or equal to 0, got -1"),
        ({"seed": None}, "seed: Input should be a valid integer, got None"),
        ({"seed": 1.0}, "seed: Input should be a valid integer, got 1.0"),
    ],
    ids=str,
)
def test_what_cannot_be_sampled(generator: Generator, wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError) as caught:
        inspect.unwrap(Generator.sample)(generator, **{"n": 3, "seed": 0, **wrong})  # without the tests' check of types
    assert str(caught.value) == f"Generator.sample: {told}"


@pytest.mark.parametrize(
    "lengths",
    [
        [1.5, 2.5, 3.5],
        [1.0, 2.0, 3.0],
        ["1", "2", "3"],
        [True, True, True],
        [1, 2],
        [0, 1, 2],
        [1, 2, 10**30],
        [],
        (2, 1),
        (0, 3),
        2.5,
        True,
        [[1], [2, 3]],
        pd.DataFrame({"length": ["1", "two", "3"]}),
    ],
    ids=str,
)
def test_lengths_that_no_sample_has(generator: Generator, lengths: object) -> None:
    words = r"lengths: one whole number, a range \(low, high\) or 3 whole numbers from 1 to 1,000,000 are wanted, got "
    with pytest.raises(ValueError, match=words):
        inspect.unwrap(Generator.sample)(generator, 3, seed=0, lengths=lengths)


def test_a_column_for_each_value_counts_as_memory(monkeypatch: pytest.MonkeyPatch, small) -> None:
    """A chunk of 167 samples of 50 records of 2,000 values takes 134 MB while it is generated, and little after it."""
    event = Categorical("event", tuple(map(str, range(2000))))
    schema = Schema("events", (), (event,), 50)
    dataset = TimeSeriesDataset(schema, pd.DataFrame(index=[0, 1]), np.zeros((2, 50, 1), np.float32), np.full(2, 50))
    encoder = Encoder.fit(dataset)
    generator = Generator(encoder, small(sample_len=50)(encoder.layout))
    monkeypatch.setattr("dg.generator.available", lambda: 130_000_000)
    with pytest.raises(ValueError, match=r"100 samples of 50 records take about 0\.1 GB"):
        generator.sample(100, seed=0)
    monkeypatch.setattr("dg.generator.available", lambda: 140_000_000)
    assert len(generator.sample(100, seed=0)) == 100


def test_more_samples_than_fit_into_memory_are_refused_at_once(generator: Generator) -> None:
    begun = time.process_time()
    with pytest.raises(
        ValueError, match=r"^1,000,000,000 samples of 7 records take about 2\d\d.\d GB, and .* GB of mem"
    ):
        generator.sample(10**9, seed=0)
    assert time.process_time() - begun < 1


def test_the_parts_that_are_advised_fit(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dg.generator.available", lambda: 100_000)
    with pytest.raises(ValueError, match="sample in parts of at most ") as caught:
        generator.sample(3000, seed=0)
    advised = int(str(caught.value).split("at most ")[1].split(",")[0])
    assert len(generator.sample(advised, seed=0)) == advised > 100
