"""Whatever a file of ours has become, its reader reads it or says what is wrong, soon and with little memory.

MUTATIONS=5000 in the environment tries 5,000 wrong files of each kind in place of a few.
"""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dg import Encoder, TimeSeriesDataset, fit, load
from tests.mutations import (
    WRONG,
    Rng,
    examples,
    mutated_bytes,
    mutated_json,
    mutated_object,
    mutated_safetensors,
    refused_or_read,
)

Mutator = Callable[[bytes, Rng], bytes]


def _changed(
    valid: Path, name: str, mutate: Mutator, folder: Path, read: Callable[[Path], object], number: int
) -> None:
    """Reads `number` copies of a valid folder with one file changed; the same bytes again must be read."""
    content = (valid / name).read_bytes()
    for example, rng in enumerate(examples(number)):
        changed = folder / str(example)
        shutil.copytree(valid, changed)
        (changed / name).write_bytes(mutate(content, rng))
        said = refused_or_read(lambda: read(changed))  # noqa: B023, it is called here
        assert said is None or str(changed) in said, f"{said} does not name the folder"
        shutil.rmtree(changed)
    assert refused_or_read(lambda: read(valid)) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "mutate"),
    [
        ("generator.json", mutated_json),
        ("schema.json", mutated_json),
        ("encoder.json", mutated_json),
        ("weights.safetensors", mutated_safetensors),
    ],
)
def test_a_model_folder(toy: TimeSeriesDataset, small, tmp_path: Path, name: str, mutate: Mutator) -> None:
    fit(small(), toy, batches=1, seed=0).save(tmp_path / "valid")

    def read(folder: Path) -> None:
        generator = load(folder)
        try:
            generator.sample(3, seed=0)
        except ValueError as error:  # a generator is in memory and has no folder
            raise ValueError(f"{folder}: {error}") from error

    _changed(tmp_path / "valid", name, mutate, tmp_path, read, 40)


def test_a_model_file(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    (tmp_path / "valid").mkdir()
    fit(small(), toy, batches=1, seed=0).save(tmp_path / "valid" / "model.dg")
    _changed(tmp_path / "valid", "model.dg", mutated_bytes, tmp_path, lambda folder: load(folder / "model.dg"), 40)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["schema.json", "encoder.json"])
def test_a_model_folder_of_counts_and_categories(mixed: TimeSeriesDataset, small, tmp_path: Path, name: str) -> None:
    encoder = Encoder.fit(mixed, auto_normalize=["jobs"], log=["jobs"])
    fit(small(), mixed, encoder=encoder, batches=1, seed=0).save(tmp_path / "valid")

    def read(folder: Path) -> None:
        generator = load(folder)
        try:
            generator.sample(3, seed=0)
        except ValueError as error:
            raise ValueError(f"{folder}: {error}") from error

    _changed(tmp_path / "valid", name, mutated_json, tmp_path, read, 40)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["measurements.npy", "schema.json"])
def test_a_dataset_folder_of_counts_and_categories(mixed: TimeSeriesDataset, tmp_path: Path, name: str) -> None:
    mixed.save(tmp_path / "valid")
    mutate = mutated_json if name == "schema.json" else mutated_bytes
    _changed(tmp_path / "valid", name, mutate, tmp_path, TimeSeriesDataset.load, 40)


@pytest.mark.parametrize(
    ("name", "mutate"),
    [
        ("measurements.npy", mutated_bytes),
        ("lengths.npy", mutated_bytes),
        ("metadata.parquet", mutated_bytes),
        ("schema.json", mutated_json),
    ],
)
def test_a_dataset_folder(toy: TimeSeriesDataset, tmp_path: Path, name: str, mutate: Mutator) -> None:
    toy.save(tmp_path / "valid")
    _changed(tmp_path / "valid", name, mutate, tmp_path, TimeSeriesDataset.load, 40)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["bytes", "fields"])
def test_a_checkpoint(toy: TimeSeriesDataset, small, tmp_path: Path, way: str) -> None:
    def train(checkpoint: Path, batches: int) -> None:
        fit(small(), toy, batches=batches, seed=0, checkpoint=checkpoint, checkpoint_every=1, accelerator="cpu")

    def mutate(content: bytes, rng: Rng) -> bytes:
        if way == "bytes":
            return mutated_bytes(content, rng)
        changed = mutated_object(torch.load(io.BytesIO(content), weights_only=True), rng, (*WRONG, *WEIGHTS))
        torch.save(changed, written := io.BytesIO())
        return written.getvalue()

    for logger in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    (tmp_path / "valid").mkdir()
    train(tmp_path / "valid" / "it.ckpt", 4)
    _changed(tmp_path / "valid", "it.ckpt", mutate, tmp_path, lambda folder: train(folder / "it.ckpt", 5), 12)


WEIGHTS: tuple[Any, ...] = (torch.tensor(np.nan), torch.zeros(3), torch.zeros(6), torch.zeros(6, 5), torch.zeros(0))
