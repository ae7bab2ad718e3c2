"""fit(): the one place where Lightning is driven."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import Timer
from lightning.pytorch.plugins.environments import LightningEnvironment
from torch import Tensor
from torch.utils.data import DataLoader, Sampler
from tqdm import tqdm

from dg.card import Card
from dg.checkpoint import Checkpoint, damaged, refuse_divergence, resumable
from dg.dataset import TimeSeriesDataset
from dg.encoding import Encoder, Layout
from dg.files import short
from dg.generator import Generator
from dg.hyperparameters import Count, Seed, check
from dg.memory import keep_large_buffers
from dg.module import GenerativeModule, TrainingDiverged
from dg.privacy import PoissonDraws, Privacy, PrivateTraining, may_learn
from dg.randomness import stream
from dg.samples import observed


def fit(
    model: Callable[[Layout], GenerativeModule],
    train: TimeSeriesDataset,
    *,
    encoder: Encoder | None = None,
    batches: Count = 200_000,
    seed: Seed = 0,
    privacy: Privacy | None = None,
    start: Generator | None = None,
    checkpoint: Path | None = None,
    checkpoint_every: Count = 500,
    capture: bool = False,
    trainer: Callable[..., Trainer] = Trainer,
    callbacks: Sequence[Callback] = (),
    **trainer_arguments: Any,
) -> Generator:
    """Trains `model` on `train` and returns the Generator; the same seed gives the same weights.

    model: makes the module from a layout, e.g. `DoppelGANger` or `partial(DoppelGANger, alpha=2)`
    encoder: of the model, fitted on `train`; None: as `Encoder.fit` makes it, in private training from the schema's
        bounds alone
    batches: minibatches to train for, 200,000 in Appendix B; models with `max_epochs` may end earlier
    privacy: trains with differential privacy (§6.2), which the card then states
    start: a trained generator of the same model, whose weights training begins with and whose encoder it keeps, e.g.
        one that public data were enough for
    checkpoint: a file that is rewritten about every `checkpoint_every` batches; if it exists, training goes on from it,
        to more `batches` too, unless the model trains in phases
    capture: a batch is recorded as a CUDA graph and then replayed, on a GPU, in float32, if the model can
    trainer: makes the Lightning Trainer, e.g. `partial(Trainer, accelerator="gpu")`

    Raises TrainingDiverged when a loss or a weight is no longer finite; the checkpoint is then the last good one.
    """
    check(fit, {"batches": batches, "seed": seed, "checkpoint_every": checkpoint_every}, "fit")
    keep_large_buffers()
    encoder = encoder or _encoder(train, privacy, start)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = model(encoder.layout)
    module.seed = seed
    if start is not None:
        _begin_with(module, encoder, start)
    generator = Generator(encoder, module)
    steps = module.steps(batches)
    belongs_to = {"seed": seed, "data": train.fingerprint, "encoder": encoder.to_json(), **module.description()}
    if steps != batches:
        belongs_to["batches"] = batches  # training has phases, whose ends would move
    if start is not None:
        belongs_to["start"] = _fingerprint(start.module)
    draws: Draws | PoissonDraws = Draws(len(train), module.samples_per_batch, seed)
    private: PrivateTraining | None = None
    if privacy is not None:
        _refuse_unprivate(privacy, encoder, start, capture)
        private = module.privatize(privacy, len(train), steps)
        steps, draws = private.mechanism.steps, private.draws(len(train))
        belongs_to["privacy"] = private.promise
    own_callbacks: list[Callback] = []
    resume = None
    if checkpoint:
        keeper = Checkpoint(checkpoint, checkpoint_every, belongs_to)
        own_callbacks.append(keeper)
        resume = resumable(checkpoint, belongs_to, steps)
    own_callbacks.append(progress := Progress(type(module).__name__, steps))
    if module.max_epochs is None:
        own_callbacks.append(LastBatch(steps))
    lightning = trainer(
        max_epochs=module.max_epochs or -(-steps // len(draws)),
        callbacks=[*own_callbacks, *callbacks],
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        **{"logger": False, **_alone(trainer), **trainer_arguments},
    )
    _refuse_cuts(lightning)
    if capture:
        _refuse_capture(lightning)
        module.capture()
    samples = observed(module, train, encoder, lightning.strategy.root_device, learns=may_learn(privacy))
    loop = lightning.fit_loop.epoch_loop
    draws_left = DrawsLeft(draws, lambda: loop.batch_progress.current.ready)
    loader = DataLoader(samples, sampler=draws_left, batch_size=None)
    with torch.random.fork_rng(devices=[]):
        try:
            lightning.fit(module, loader, ckpt_path=resume, weights_only=True)
        except (MemoryError, torch.OutOfMemoryError, TrainingDiverged):
            raise
        except Exception as error:
            if resume is None or keeper.began:
                raise
            raise damaged(resume, error) from error
    refuse_divergence(module, lightning.global_step)
    if module.max_epochs is None and lightning.global_step != steps:
        began = "" if resume is None else f" or by {resume}, with which it began (delete it if it is damaged)"
        raise ValueError(
            f"training ended after {lightning.global_step} of {steps} steps, stopped by a callback{began}; nothing is "
            "kept of it but its checkpoint"
        )
    module.eval()
    device, seconds = lightning.strategy.root_device, progress.seconds
    generator.card = Card.of(train, batches=batches, seed=seed, seconds=seconds, device=device)
    if private is not None:
        generator.card = replace(generator.card, batches=steps, privacy=private.description())
    return generator


def _encoder(train: TimeSeriesDataset, privacy: Privacy | None, start: Generator | None) -> Encoder:
    if start is not None:
        return start.encoder
    return Encoder.fit(train, bounds={} if may_learn(privacy) else train.schema.bounds)


def _alone(trainer: Callable[..., Trainer]) -> dict[str, Any]:
    """On a SLURM cluster too, where Lightning otherwise writes checkpoints of its own inside signal handlers."""
    return {} if "plugins" in getattr(trainer, "keywords", {}) else {"plugins": [LightningEnvironment()]}


def _begin_with(module: GenerativeModule, encoder: Encoder, start: Generator) -> None:
    """Takes over the weights of `start`; raises ValueError if it has others or another encoder."""
    weights, own = ({name: w.shape for name, w in part.state_dict().items()} for part in (start.module, module))
    if type(module) is not type(start.module) or weights != own:
        raise ValueError(
            f"start: it is a {type(start.module).__name__} with other weights than this {type(module).__name__}: train "
            "the same model further, with the same layers and units"
        )
    if encoder != start.encoder:
        raise ValueError("start: its encoder is another one: leave `encoder` out, and that of `start` is kept")
    module.load_state_dict(start.module.state_dict())


def _fingerprint(module: GenerativeModule) -> str:
    weights = module.state_dict().values()
    return hashlib.sha256(b"".join(weight.cpu().numpy().tobytes() for weight in weights)).hexdigest()


def _refuse_unprivate(privacy: Privacy, encoder: Encoder, start: Generator | None, capture: bool) -> None:
    """Raises ValueError for scales that say something of the training samples, unless allowed, and for CUDA graphs."""
    if encoder.learnt and start is None and not may_learn(privacy):
        raise ValueError(
            f"privacy: the scale of {short(list(encoder.learnt))} would be learnt from the training samples, which "
            "epsilon does not count: give bounds that are known without them (`bounds` of Encoder.fit, or low and high "
            "in the schema), or allow it by learnt_scales"
        )
    if capture:
        raise ValueError("capture: private batches differ in size, which a CUDA graph cannot: train without it")


def _refuse_cuts(trainer: Trainer) -> None:
    """Raises ValueError for a trainer that would end training early, because `batches` alone sets its length."""
    cuts = {
        "fast_dev_run": trainer.fast_dev_run,
        "max_steps": trainer.max_steps != -1,
        "max_time": any(isinstance(callback, Timer) for callback in trainer.callbacks),
        "limit_train_batches": trainer.limit_train_batches != 1.0,
        "overfit_batches": trainer.overfit_batches != 0.0,
    }
    shortened = [name for name, cut in cuts.items() if cut]
    if shortened:
        raise ValueError(
            f"the trainer's {' and '.join(shortened)} would train for less than is asked for; leave it out"
        )


def _refuse_capture(trainer: Trainer) -> None:
    """Raises ValueError for a trainer without a GPU or with another precision than float32."""
    if trainer.strategy.root_device.type != "cuda" or trainer.precision != "32-true":
        raise ValueError(
            f"capture: a CUDA graph needs a GPU and float32, the trainer has {trainer.strategy.root_device.type} and "
            f"{trainer.precision}: train without it, or with trainer=gpu"
        )


class Draws(Sampler[Tensor]):
    """The index draws of an epoch, with replacement as in the release (D8); floor(n / b) batches.

    Without a batch size, there is one batch: every sample in order. An epoch's draws depend on seed and epoch alone.
    """

    def __init__(self, n: int, batch_size: int | None, seed: int) -> None:
        self.n, self.batch_size, self.seed, self.epoch = n, batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch begins."""
        self.epoch = epoch

    def __len__(self) -> int:
        return max(1, self.n // self.batch_size) if self.batch_size else 1

    def __iter__(self) -> Iterator[Tensor]:
        if self.batch_size is None:
            yield torch.arange(self.n)
            return
        rng = stream(self.seed, self.epoch, 1)
        for _ in range(len(self)):
            yield torch.randint(self.n, (self.batch_size,), generator=rng)


class DrawsLeft(Sampler[Tensor]):
    """The draws of an epoch that are left after those that `done` counts: training may go on from inside an epoch."""

    def __init__(self, draws: Draws | PoissonDraws, done: Callable[[], int]) -> None:
        self.draws, self.done = draws, done

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch begins."""
        self.draws.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.draws)

    def __iter__(self) -> Iterator[Tensor]:
        yield from islice(self.draws, self.done(), None)


class LastBatch(Callback):
    """Ends training after `batches` batches. Lightning's own `max_steps` would resume an epoch that was complete."""

    def __init__(self, batches: int) -> None:
        self.batches = batches

    def on_train_start(self, trainer: Trainer, *_: Any) -> None:
        """A checkpoint of the last batch has nothing left to train."""
        self.on_train_batch_end(trainer)

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        """Stops after the last batch, even if the epoch has batches left."""
        trainer.should_stop = trainer.should_stop or trainer.global_step >= self.batches


class Progress(Callback):
    """One bar over all batches, or epochs, with the time that is left; and the seconds it took, for the card."""

    def __init__(self, name: str, batches: int) -> None:
        self.name, self.batches, self.seconds = name, batches, 0.0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """A resumed run's bar begins where it goes on."""
        total, unit = (module.max_epochs, "epoch") if module.max_epochs else (self.batches, "batch")  # type: ignore[misc]
        done = trainer.current_epoch if module.max_epochs else trainer.global_step
        self.started = time.perf_counter() - self.seconds
        self.bar = tqdm(desc=self.name, total=total, initial=done, unit=unit, mininterval=1, dynamic_ncols=True)  # type: ignore[call-overload]

    def on_train_batch_end(self, *_: Any) -> None:
        """A batch, or an epoch of one batch, is done."""
        self.bar.update()
        self.seconds = time.perf_counter() - self.started

    def state_dict(self) -> dict[str, Any]:
        """Goes into the checkpoint."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Comes out of the checkpoint; raises ValueError where it is no time."""
        seconds = state.get("seconds")
        if not isinstance(seconds, float) or not 0 <= seconds < math.inf:
            raise ValueError(f"seconds of training are {short(seconds)}")
        self.seconds = seconds

    def teardown(self, *_: Any, **__: Any) -> None:
        """Leaves the line as it stands."""
        if hasattr(self, "bar"):
            self.bar.close()

    def on_exception(self, *_: Any) -> None:
        """What is said of it stands on a line of its own."""
        self.teardown()
