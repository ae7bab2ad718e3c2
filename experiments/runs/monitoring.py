"""What is seen of a run while it trains: losses, batches a second, validation metrics and sample plots."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import Logger, WandbLogger
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from benchmarks.metric import Metric
from dg.dataset import TimeSeriesDataset
from dg.encoding import Encoder
from dg.generator import Generator
from dg.module import GenerativeModule
from dg.nn import move_averages
from experiments.ink.plots import sample_grid
from experiments.runs.weights_and_biases import begun, finishing


@contextmanager
def loggers(config: DictConfig, folder: Path, name: str) -> Iterator[list[Logger]]:
    """The loggers of conf/logger, which write into the run's folder; each gets the whole config.

    name: of the run; in W&B its id, also after an interruption, and a run that was interrupted is not finished there
    """
    made: list[Logger] = [
        instantiate(logger)(save_dir=folder, **(begun(config, name) if kind == "wandb" else {}))
        for kind, logger in config.logger.items()
    ]
    for logger in made:
        logger.log_hyperparams(OmegaConf.to_container(config, resolve=True))  # type: ignore[arg-type]
    with finishing() if "wandb" in config.logger else nullcontext():
        yield made


class Stopwatch(Callback):
    """Seconds of training, those before an interruption included, and batches a second; pauses do not count."""

    def __init__(self) -> None:
        self.before = 0.0
        self.seconds = 0.0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Starts, or goes on where a checkpoint left it."""
        self.started = self.lap = time.perf_counter()
        self.before, self.lap_batches = self.seconds, 0

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        """Logs the pace as often as the losses."""
        now = time.perf_counter()
        self.seconds = self.before + now - self.started
        self.lap_batches += 1
        if self.lap_batches >= trainer.log_every_n_steps:
            log(trainer, {"train/batches_per_second": self.lap_batches / (now - self.lap)})
            self.lap, self.lap_batches = now, 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The time spent inside does not count."""
        start = time.perf_counter()
        yield
        pause = time.perf_counter() - start
        self.started += pause
        self.lap += pause

    def state_dict(self) -> dict[str, Any]:
        """Goes into the checkpoint."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Comes out of the checkpoint."""
        self.seconds = state["seconds"]


class Validation(Callback):
    """So many times along the way: samples from the model, their metrics against a validation split, and a picture.

    averages: decays of moving averages of all weights, whose metrics are logged beside those of the last weights
    keep_best: the metric whose lowest value so far decides which generator is kept in `folder`/best
    """

    def __init__(
        self,
        encoder: Encoder,
        validation: TimeSeriesDataset,
        metrics: Mapping[str, Metric],
        stopwatch: Stopwatch,
        *,
        samples: int,
        times: int,
        batches: int,
        folder: Path,
        averages: Sequence[float] = (),
        keep_best: str | None = None,
    ) -> None:
        if keep_best is not None and keep_best not in metrics:
            raise ValueError(f"keep_best names no metric of the dataset: {keep_best!r}; known: {', '.join(metrics)}")
        self.encoder, self.validation, self.metrics, self.stopwatch = encoder, validation, metrics, stopwatch
        self.samples, self.times, self.batches, self.folder = samples, times, batches, folder
        self.keep_best, self.best = keep_best, math.inf
        self.latest: tuple[int, dict[str, float]] | None = None  # after so many batches, the metrics
        self.averages: dict[float, dict[str, Tensor]] = {decay: {} for decay in averages}

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        """Does not touch the random numbers of training, nor its time."""
        assert isinstance(module, GenerativeModule)
        with self.stopwatch.paused():
            self._average(module)
        batches = batches_done(trainer)
        if batches % max(1, self.in_all(module) // self.times) == 0:
            with self.stopwatch.paused():
                self._validate(trainer, module, batches)

    def in_all(self, module: GenerativeModule) -> int:
        """The batches of the whole training."""
        return module.max_epochs or module.steps(self.batches)

    def state_dict(self) -> dict[str, Any]:
        """Goes into the checkpoint."""
        return {"best": self.best, "averages": self.averages}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Comes out of the checkpoint."""
        self.best, self.averages = state["best"], state["averages"]

    def _average(self, module: GenerativeModule) -> None:
        for decay, average in self.averages.items():
            if average:
                move_averages(average, module.state_dict(), decay)
            else:
                average |= _copy(module)

    def _validate(self, trainer: Trainer, module: GenerativeModule, batches: int) -> None:
        generator = Generator(self.encoder, module)
        last = _copy(module) if self.averages else {}
        for decay, average in self.averages.items():
            module.load_state_dict(average)
            scores = self._scores(generator.sample(self.samples, seed=0))
            log(trainer, {f"validation_{decay:g}/{name}": score for name, score in scores.items()})
        if self.averages:
            module.load_state_dict(last)
        generated = generator.sample(self.samples, seed=0)
        module.train()
        scores = self._scores(generated)
        log(trainer, {f"validation/{name}": score for name, score in scores.items()})
        self.latest = batches, scores
        if self.keep_best is not None and scores[self.keep_best] < self.best:
            self.best = scores[self.keep_best]
            generator.save(self.folder / "best")
        figure = sample_grid(self.validation, generated, title=f"after {batches} batches")
        (self.folder / "samples").mkdir(exist_ok=True)
        figure.savefig(self.folder / "samples" / f"{batches:07d}.png", dpi=80)
        for logger in trainer.loggers:
            if isinstance(logger, WandbLogger):
                logger.log_image("samples", [figure], step=batches)

    def _scores(self, generated: TimeSeriesDataset) -> dict[str, float]:
        return {name: metric(self.validation, generated) for name, metric in self.metrics.items()}


def _copy(module: GenerativeModule) -> dict[str, Tensor]:
    return {name: weight.clone() for name, weight in module.state_dict().items()}


def batches_done(trainer: Trainer) -> int:
    """Batches since training began; an epoch of the HMM is one batch."""
    return trainer.fit_loop.epoch_loop.total_batch_idx + 1


def log(trainer: Trainer, values: dict[str, float]) -> None:
    """Hands `values` to every logger."""
    for logger in trainer.loggers:
        logger.log_metrics(values, step=batches_done(trainer))
