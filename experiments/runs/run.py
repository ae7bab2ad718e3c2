"""Runs: one model fitted to one dataset with one seed, kept in a folder that is whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf

import baselines  # noqa: F401, its models can be loaded
from dg.dataset import TimeSeriesDataset
from dg.files import read_json, regular, sha256
from dg.generator import Generator
from dg.locks import Busy, held
from dg.model_file import load
from experiments.runs import choosing
from experiments.runs.data import Split, file_hash, split
from experiments.runs.facts import Facts, RunFile
from experiments.runs.provenance import part_hash

UNFINISHED = ".unfinished"
CHECKPOINT = "checkpoint.ckpt"
TEST_SEEDS = 1_000_000  # from here on seeds draw B′: no run has them
SPLIT = 2  # of A, V and A′; 1 had another V for each seed (D55)
SHOWN = ("shown", "compared_on", "best_on", "budgets")  # what is said of a model: how it looks and where it stands
USUAL = {"accelerator": "cpu", "precision": "32-true"}  # of the trainer; other values make other numbers
PLACES = ("raw", "cache", "schema", "folder")  # where a loader has its files: their content decides, not the path


def kept(config: DictConfig) -> str | None:
    """The metric on V by whose lowest value a run keeps a generator beside the last one; None: it keeps none.

    It is the model's own, `keep_best`; with `select=best` other models have the first of the dataset (D69).
    """
    own: str | None = config.model.get("keep_best")
    return config.dataset.metrics[0] if own is None and config.select == "best" else own


def identity(config: DictConfig) -> str:
    """A hash of all that decides a run's result: dataset, data file, model and its version, sizes and seed.

    What a model's config sets to null decides nothing, as if it were not there.
    """
    content: Any = OmegaConf.to_container(config, resolve=True)
    dataset, model = content["dataset"], {**content["model"], "keep_best": kept(config)}
    decisive: dict[str, Any] = {
        "dataset": {key: dataset[key] for key in ("name", "log", "held_out")},
        "load": {key: value for key, value in dataset["load"].items() if key not in PLACES},
        "file": file_hash(config.data),
        "model": {key: value for key, value in model.items() if key not in SHOWN and value is not None},
        "samples": content["scale"]["samples"],
        "batches": content["batches"],
        "seed": content["seed"],
    }
    if dataset["held_out"]:
        decisive["split"] = SPLIT
        if share := dataset.get("validation"):
            decisive["validation_share"] = share
    if schema := dataset["load"].get("schema"):
        decisive["schema"] = sha256(schema)
    privacy = content["model"].get("privacy")
    if privacy and not privacy.get("learnt_scales"):
        decisive["bounds"] = dataset.get("bounds")
    if content["model"]["module"].get("sample_len") == choosing.AUTO:
        decisive["choosing"] = choosing.VERSION
    version = get_class(content["model"]["module"]["_target_"]).version
    if version > 1:
        decisive["version"] = version
    trainer = content["trainer"]
    decisive |= {key: trainer[key] for key, usual in USUAL.items() if trainer.get(key, usual) != usual}
    validation = content["scale"]["validation"]
    if model["keep_best"] or validation.get("averages"):
        decisive["validation"] = validation  # it chooses a generator, or is what is asked for
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Run:
    """A finished run: run.json, generator/ and generated/ in one folder, and the config that asks for it.

    The config is the caller's own. The folder is data: nothing in it is a configuration, and config.yaml is there for
    people only, so that a folder of runs that somebody else sends is safe to draw tables from.

    told: its provenance where the folder is elsewhere, and numbers of it are kept (experiments.paper.earlier)
    """

    folder: Path
    config: DictConfig = field(compare=False)
    told: Facts | None = field(default=None, compare=False)

    @classmethod
    def of(cls, config: DictConfig) -> Run:
        """The folder of this config's run, whether or not it exists yet."""
        return cls(Path(config.outputs) / "runs" / identity(config), config)

    @property
    def finished(self) -> bool:
        """Whether the folder exists; it appears only when it is complete."""
        return self.folder.exists()

    @property
    def unfinished(self) -> Path:
        """The folder in which the run is being made; its checkpoint is there too."""
        return self.folder.with_name(self.folder.name + UNFINISHED)

    @property
    def lock(self) -> Path:
        """The lock file, held by the process that makes the run."""
        return self.folder.parents[1] / "locks" / f"{self.folder.name}.lock"

    @property
    def failure(self) -> Path:
        """A text that says why the last attempt to make the run failed; it is gone when the next one begins."""
        return self.folder.parents[1] / "failures" / f"{self.folder.name}.txt"

    @property
    def name(self) -> str:
        """What a person calls it, with its folder's name, because trials of a search differ in that alone."""
        return f"{self.model} on {self.dataset}, seed {self.seed} ({self.folder.name})"

    @cached_property
    def provenance(self) -> Facts:
        """What run.json says: revision, versions, data hash, seconds, device; raises ValueError where it is damaged."""
        if self.told is not None:
            return self.told
        try:
            facts = read_json(self.folder / "run.json", RunFile)
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        if facts.get("id", self.folder.name) != self.folder.name:
            raise self._damaged(ValueError(f"run.json is that of the run {facts['id']}"))
        return facts

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

    @property
    def selected(self) -> bool:
        """Whether the run's generator is the one that was best on V, instead of the last (D69)."""
        return bool(self.config.select == "best")

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
        """The fitted model, after its last batch, or with `select=best` when it was best on V."""
        try:
            return load(self._whole("best" if self.selected else "generator"))
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error

    @property
    def lacks(self) -> Mapping[str, str]:
        """What the model cannot generate, "metadata" or "lengths", and why."""
        return self.generator.module.lacks

    @cached_property
    def generated(self) -> TimeSeriesDataset:
        """As many generated samples as A′ has."""
        return self._samples("best_generated" if self.selected else "generated")

    @cached_property
    def generated_test(self) -> TimeSeriesDataset:
        """As many again, drawn when they are asked for: B′ of Figure 12, where `generated` is B."""
        return self.generator.sample(len(self.generated), seed=self.seed + TEST_SEEDS)

    @cached_property
    def best_generated(self) -> TimeSeriesDataset | None:
        """The same from the generator that was best on V, where it is kept beside the one that is the run's."""
        there = not self.selected and (self.folder / "best").exists()
        return self._samples("best_generated") if there else None

    @property
    def logged(self) -> bool:
        """Whether the run kept `curves`: with logger=none it keeps none."""
        return any(self.folder.glob("metrics/version_*/metrics.csv"))

    @cached_property
    def curves(self) -> pd.DataFrame:
        """What was logged along the way: a column for each loss and metric, and `step`, the batches before it."""
        parts: list[pd.DataFrame] = []
        files = self.folder.glob("metrics/version_*/metrics.csv")  # one more each time that the run went on
        for file in sorted(files, key=lambda file: file.parent.name.removeprefix("version_").zfill(9)):
            if not file.stat().st_size:
                continue  # killed before its first row
            try:
                logged = pd.read_csv(regular(file))
                since = logged["step"].min()
            except (OSError, ValueError, KeyError) as error:
                raise self._damaged(error) from error
            parts = [*(before[before["step"] < since] for before in parts), logged]
        if not parts:
            raise ValueError(
                f"{self.folder} has no curves (logger=none keeps none); delete it and run it again with logger=csv"
            )
        return pd.concat(parts, ignore_index=True)

    def _samples(self, name: str) -> TimeSeriesDataset:
        try:
            return TimeSeriesDataset.load(self._whole(name))
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error

    def _whole(self, name: str) -> Path:
        """A folder of the run, checked against its hash in run.json: neither another run's nor changed since."""
        folder, noted = self.folder / name, self.provenance.get("parts", {})
        if name in noted and part_hash(folder) != noted[name]:
            raise ValueError(f"{name}/ is not what the run has made, by its hash in run.json")
        return folder

    def _damaged(self, error: Exception) -> ValueError:
        return ValueError(f"the run folder {self.folder} is damaged ({error}); delete it and run it again")


def one_a_seed(runs: Iterable[Run]) -> list[Run]:
    """A run of each seed and dataset, whichever model: what they share is the real data."""
    return list({(run.dataset, run.seed): run for run in runs}.values())


def making(run: Run, *, wait: bool = True) -> AbstractContextManager[None]:
    """Holds the run's lock, because only one process may make a run; a second one waits, and says for whom.

    wait: False raises Busy instead
    """
    return held(run.lock, run.folder, wait=wait)


def made_elsewhere(run: Run) -> bool:
    """Whether another process was making the run, which then has ended."""
    try:
        with making(run, wait=False):
            return False
    except Busy:
        with making(run):
            return True


@contextmanager
def writing(run: Run) -> Iterator[Path]:
    """A folder to make the run in, renamed when it is complete; what an interrupted run left there is kept.

    What a process was writing when it was killed is not: half a checkpoint, and half a folder that was to appear.
    """
    try:
        run.unfinished.mkdir(parents=True, exist_ok=True)
        for half in [*run.unfinished.rglob(".unfinished-*"), *run.unfinished.rglob("*.unfinished")]:
            shutil.rmtree(half) if half.is_dir() else half.unlink()
        yield run.unfinished
        if not run.config.keep_checkpoint:
            (run.unfinished / CHECKPOINT).unlink(missing_ok=True)
        os.rename(run.unfinished, run.folder)
    except OSError as error:
        free = shutil.disk_usage(run.folder.parent).free / 2**20
        raise OSError(
            f"{run.unfinished} could not be written: {error} ({free:.0f} MiB free); make room and start the same "
            "command again: finished runs are kept, and this one goes on from its last checkpoint"
        ) from error
