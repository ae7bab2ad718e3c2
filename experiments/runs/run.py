"""Runs: one model fitted to one dataset with one seed, kept in a folder that is whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from omegaconf import DictConfig, OmegaConf
from yaml import YAMLError

import baselines  # noqa: F401, its models can be loaded
from dg.dataset import TimeSeriesDataset
from dg.generator import Generator
from dg.model_file import load
from experiments.runs.data import Split, file_hash, split

UNFINISHED = ".unfinished"
TEST_SEEDS = 1_000_000  # from here on seeds draw B′: no run has them
SHOWN = ("shown", "compared_on", "budgets")  # what is said of a model: how it looks and where it stands
PLACES = ("raw", "cache")  # where a loader finds its data: the content decides (`file`), not the path


def identity(config: DictConfig) -> str:
    """A hash of all that decides a run's result: dataset, data file, model, sizes and seed."""
    content: Any = OmegaConf.to_container(config, resolve=True)
    dataset = content["dataset"]
    decisive = {
        "dataset": {key: dataset[key] for key in ("name", "log", "held_out")},
        "load": {key: value for key, value in dataset["load"].items() if key not in PLACES},
        "file": file_hash(config.data),
        "model": {key: value for key, value in content["model"].items() if key not in SHOWN},
        "samples": content["scale"]["samples"],
        "batches": content["batches"],
        "seed": content["seed"],
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Run:
    """A finished run: config.yaml, run.json, generator/ and generated/ in one folder."""

    folder: Path

    @classmethod
    def of(cls, config: DictConfig) -> Run:
        """Where the run of this config is, or will be."""
        return cls(Path(config.outputs) / "runs" / identity(config))

    @property
    def finished(self) -> bool:
        """Whether the folder is there; it appears whole."""
        return self.folder.exists()

    @property
    def unfinished(self) -> Path:
        """Where the run is while it is being made; its checkpoint is there too."""
        return self.folder.with_name(self.folder.name + UNFINISHED)

    @cached_property
    def config(self) -> DictConfig:
        """The resolved config that made the run."""
        try:
            config = OmegaConf.create(self._read("config.yaml"))
        except YAMLError as error:
            raise self._damaged(error) from error
        if "model" not in config or "seed" not in config:
            raise self._damaged(ValueError("config.yaml names no model or no seed"))
        return config  # type: ignore[return-value]

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What run.json says: revision, versions, data hash, seconds, device."""
        try:
            return json.loads(self._read("run.json"))
        except json.JSONDecodeError as error:
            raise self._damaged(error) from error

    @property
    def model(self) -> str:
        """The model's name, e.g. naive_gan."""
        return self.config.model.name

    @property
    def dataset(self) -> str:
        """The dataset's name, e.g. wwt."""
        return self.config.dataset.name

    @property
    def seed(self) -> int:
        """Decides A and A′, the training and the samples."""
        return self.config.seed

    @cached_property
    def real(self) -> Split:
        """The real data that the run was made with; raises ValueError where they have changed since."""
        parts = split(self.config)
        if parts.train.fingerprint != self.provenance["data"]["fingerprint"]:
            raise ValueError(
                f"{self.folder} was trained on other data than {self.config.data or 'the simulator'} gives now; "
                "delete the folder and run it again"
            )
        return parts

    @cached_property
    def generator(self) -> Generator:
        """The fitted model."""
        try:
            return load(self.folder / "generator")
        except ValueError as error:
            raise self._damaged(error) from error

    @property
    def lacks(self) -> Mapping[str, str]:
        """What the model cannot generate, "metadata" or "lengths", and why."""
        return self.generator.module.lacks

    @cached_property
    def generated(self) -> TimeSeriesDataset:
        """As many generated samples as A′ has."""
        return self._samples("generated")

    @cached_property
    def generated_test(self) -> TimeSeriesDataset:
        """As many again, drawn when they are asked for: B′ of Figure 12, where `generated` is B."""
        return self.generator.sample(len(self.generated), seed=self.seed + TEST_SEEDS)

    @cached_property
    def best_generated(self) -> TimeSeriesDataset | None:
        """The same from the generator that was best along the way, where the model's config has it kept."""
        return self._samples("best_generated") if (self.folder / "best").exists() else None

    @cached_property
    def curves(self) -> pd.DataFrame:
        """What was logged along the way: a column for each loss and metric, and `step`, the batches before it."""
        parts: list[pd.DataFrame] = []
        files = self.folder.glob("metrics/version_*/metrics.csv")  # one more each time that the run went on
        for file in sorted(files, key=lambda file: int(file.parent.name.removeprefix("version_"))):
            try:
                logged = pd.read_csv(file)
            except (OSError, ValueError) as error:
                raise self._damaged(error) from error
            since = logged["step"].min()
            parts = [*(before[before["step"] < since] for before in parts), logged]
        if not parts:
            raise ValueError(
                f"{self.folder} has no curves (logger=none keeps none); delete it and run it again with logger=csv"
            )
        return pd.concat(parts, ignore_index=True)

    def _samples(self, name: str) -> TimeSeriesDataset:
        try:
            return TimeSeriesDataset.load(self.folder / name)
        except ValueError as error:
            raise self._damaged(error) from error

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ValueError:
        return ValueError(f"the run folder {self.folder} is damaged ({error}); delete it and run it again")


def one_a_seed(runs: Iterable[Run]) -> list[Run]:
    """A run of each seed and dataset, whichever model: what they share is the real data."""
    return list({(run.dataset, run.seed): run for run in runs}.values())


@contextmanager
def writing(run: Run) -> Iterator[Path]:
    """A folder to make the run in, renamed when it is whole; what was there of an interrupted run is kept."""
    run.unfinished.mkdir(parents=True, exist_ok=True)
    try:
        yield run.unfinished
        (run.unfinished / "checkpoint.ckpt").unlink(missing_ok=True)
        os.rename(run.unfinished, run.folder)
    except OSError as error:
        free = shutil.disk_usage(run.folder.parent).free / 2**20
        raise OSError(
            f"{run.unfinished} could not be written: {error} ({free:.0f} MiB free); make room and start the same "
            "command again: finished runs are kept, and this one goes on from its last checkpoint"
        ) from error
