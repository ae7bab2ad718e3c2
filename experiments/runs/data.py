"""The real data of a run: A to train on, V for every choice, A′ to compare with, once (Figure 12, D55)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from dg.dataset import TimeSeriesDataset
from dg.files import sha256

VALIDATION = 0.2  # V's share of what is held out, unless the dataset says another: 10 % of all where A is a half


class Split(NamedTuple):
    """Samples of one dataset: A, A′ and V (D55); where nothing is held out, each is A.

    V is the same for all seeds, so that what is chosen by it has seen no seed's A′.
    """

    train: TimeSeriesDataset
    held_out: TimeSeriesDataset
    validation: TimeSeriesDataset

    @property
    def nothing_held_out(self) -> bool:
        """Whether A is its own A′, as in the paper's Table 2 (D33)."""
        return self.held_out is self.validation

    @property
    def wanted(self) -> int:
        """How many samples a model generates: as many as A′ and V have."""
        return len(self.held_out) if self.nothing_held_out else len(self.held_out) + len(self.validation)


def split(config: DictConfig) -> Split:
    """The split of a run, A and A′ by its seed. Some models see only the first samples of A."""
    parts = _split(OmegaConf.to_yaml(config.dataset, resolve=True), config.scale.samples, config.seed)
    return parts._replace(train=parts.train.take(slice(config.model.get("training_samples"))))


def origin(config: DictConfig) -> str:
    """What data a run saw, for its reader: the real file's name or the word "simulated"."""
    return f"real, {Path(config.data).name}" if config.data else "simulated"


@lru_cache(maxsize=2)
def file_hash(path: str | None) -> str | None:
    """SHA-256 of a data file, or of the names and hashes of a folder's files; None for the simulator."""
    if path is None:
        return None
    if Path(path).is_dir():
        return hash_of(Path(path), (file for file in Path(path).rglob("*") if file.is_file()))
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file or folder; data= takes the path of real data")
    return sha256(path)


def hash_of(folder: Path, files: Iterable[Path]) -> str:
    """SHA-256 of the names, below the folder, and contents of `files`; raises ValueError if one is no regular file."""
    names = (f"{file.relative_to(folder)} {sha256(file)}\n" for file in sorted(files))
    return hashlib.sha256("".join(names).encode()).hexdigest()


@lru_cache(maxsize=2)
def _split(dataset: str, samples: int | None, seed: int) -> Split:
    chosen = OmegaConf.create(dataset)
    share = chosen.held_out
    aside = share * OmegaConf.select(chosen, "validation", default=VALIDATION)
    loaded = None if samples is None else round(samples / (1 - share))
    data: TimeSeriesDataset = instantiate(chosen.load, samples=loaded, seed=seed)
    if share:
        validation, others = data.split(aside, 1 - aside, seed=0)
        train = (1 - share) / (1 - aside)
        first, second = others.split(train, 1 - train, seed=seed)
        parts = Split(first, second, validation)
    else:
        parts = Split(data, data, data)
    if not all(len(part) for part in parts):
        raise ValueError(
            f"{len(data)} samples of {chosen.name} leave none to train, to compare or to validate with, where "
            f"{share:g} of them are held out; ask for more by scale.samples"
        )
    return parts
