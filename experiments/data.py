"""The real data of a run: A to train on, A′ to compare with (Figure 12), and a part of A′ to watch training by."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from dg.dataset import TimeSeriesDataset


class Split(NamedTuple):
    """Disjoint samples of one dataset; `held_out` and `validation` together are A′."""

    train: TimeSeriesDataset
    held_out: TimeSeriesDataset
    validation: TimeSeriesDataset


def split(config: DictConfig) -> Split:
    """The split of a run: half of the data is A, chosen by the run's seed; some models see only the first of it."""
    parts = _split(OmegaConf.to_yaml(config.dataset, resolve=True), config.scale.samples, config.seed)
    return parts._replace(train=parts.train.take(slice(config.model.get("training_samples"))))


def origin(config: DictConfig) -> str:
    """What data a run saw, for its reader: the real file's name or the word "simulated"."""
    return f"real, {Path(config.data).name}" if config.data else "simulated"


@lru_cache(maxsize=2)
def file_hash(path: str | None) -> str | None:
    """SHA-256 of a data file; None for the simulator."""
    if path is None:
        return None
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; data= takes the path of a data file")
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=2)
def _split(dataset: str, samples: int | None, seed: int) -> Split:
    load = OmegaConf.create(dataset).load
    data: TimeSeriesDataset = instantiate(load, samples=None if samples is None else 2 * samples, seed=seed)
    return Split(*data.split(0.5, 0.4, 0.1, seed=seed))
