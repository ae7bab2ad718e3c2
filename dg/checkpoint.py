"""Checkpoints: interrupted training continues from a file, exactly where it stood when the file was written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor

from dg.files import regular
from dg.module import GenerativeModule, TrainingDiverged

STAGES = ("ready", "started", "processed", "completed")  # of a batch or an epoch, as Lightning counts them


def resumable(checkpoint: Path, belongs_to: dict[str, Any], steps: int) -> Path | None:
    """The checkpoint, or None if there is none.

    Raises ValueError if it is damaged, belongs to another training, or has more than `steps` behind it.
    """
    if not checkpoint.exists():
        return None
    try:
        _refuse_changed_bytes(regular(checkpoint))
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        parts = ("belongs_to", "state_dict", "global_step", "loops", "optimizer_states")
        kept, weights, done, loops, _ = (content[part] for part in parts)
        differing = [name for name in belongs_to if kept.get(name) != belongs_to[name]]
        if any(not torch.isfinite(weight).all() for weight in weights.values()):
            raise ValueError("a weight is not finite")
        if not _in_order(loops):
            raise ValueError("its counters contradict each other")
    except Exception as error:
        raise damaged(checkpoint, error) from error
    if differing:
        raise ValueError(
            f"{checkpoint} belongs to a training with other {', '.join(differing)}; delete it to train from the start"
        )
    if type(done) is int and done > steps:
        raise ValueError(
            f"{checkpoint} has {done} steps behind it, more than {steps}; delete it to train from the start"
        )
    return checkpoint


def damaged(checkpoint: Path, error: Exception) -> ValueError:
    """The error to raise for a damaged checkpoint; it says what to do."""
    return ValueError(f"{checkpoint} is damaged ({type(error).__name__}: {error}); delete it to train from the start")


def _in_order(counters: Any) -> bool:
    """Whether no stage of a batch or an epoch is ahead of the one before it. Lightning counts on from what is there."""
    if not isinstance(counters, dict):
        return True
    stages = [counters[stage] for stage in STAGES if stage in counters]
    whole = not stages or {STAGES[0], STAGES[-1]} <= counters.keys()
    return whole and stages == sorted(stages, reverse=True) and all(map(_in_order, counters.values()))


def _refuse_changed_bytes(checkpoint: Path) -> None:
    """Raises if a checksum is wrong. A checkpoint is a zip archive of uncompressed members, each with a checksum."""
    with ZipFile(checkpoint) as archive:
        if any(member.compress_type != ZIP_STORED for member in archive.infolist()):
            raise ValueError("it is compressed, as no checkpoint is")
        if changed := archive.testzip():
            raise ValueError(f"the checksum of {changed} is wrong")


def refuse_divergence(module: LightningModule, batch: int) -> None:
    """Raises TrainingDiverged. The losses of the last batch precede its last step, so they do not show its effect."""
    assert isinstance(module, GenerativeModule)
    module.refuse_divergence()
    wrong = [name for name, weight in module.state_dict().items() if not torch.isfinite(weight).all()]
    if wrong:
        raise TrainingDiverged.at(batch, [f"the weight {wrong[0]}"])


class Checkpoint(Callback):
    """At the end of an epoch, saves all that is needed to continue. A new file replaces the old one as a whole.

    An epoch that the last batch cuts short is not saved: the end of training is near enough.
    """

    def __init__(self, file: Path, every: int, belongs_to: dict[str, Any]) -> None:
        self.file, self.every, self.belongs_to, self.saved = file, every, belongs_to, 0
        self.began = False

    def setup(self, trainer: Trainer, module: LightningModule, stage: str) -> None:
        """Keeps the fresh counters, before anything is resumed."""
        self.counters = trainer.fit_loop.state_dict()

    def on_save_checkpoint(self, trainer: Trainer, module: LightningModule, checkpoint: dict[str, Any]) -> None:
        """Notes what the checkpoint belongs to."""
        checkpoint["belongs_to"] = self.belongs_to

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """A resumed run counts from where it continues; raises ValueError if the resumed state cannot be trained."""
        _refuse_misfits(trainer, self.counters)
        self.saved, self.began = trainer.global_step, True

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Saves if it is time to."""
        cut_short = trainer.fit_loop.epoch_loop.batch_progress.current.completed < trainer.num_training_batches
        if not cut_short and (trainer.global_step - self.saved >= self.every or module.max_epochs is not None):
            self.save(trainer, module)

    def save(self, trainer: Trainer, module: LightningModule) -> None:
        """Saves, at the end of a batch or an epoch; raises TrainingDiverged instead if a weight is not finite."""
        refuse_divergence(module, trainer.global_step)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_name(f"{self.file.name}.unfinished")
        trainer.save_checkpoint(unfinished)
        os.replace(unfinished, self.file)
        self.saved = trainer.global_step


def _refuse_misfits(trainer: Trainer, counters: dict[str, Any]) -> None:
    """Raises ValueError for wrong counters, changed optimiser options, and moments that do not fit their weights."""
    if not _counts(trainer.fit_loop.state_dict(), counters):
        raise ValueError("its counters are not those of this training")
    for optimizer in trainer.optimizers:
        for name, option in optimizer.defaults.items():
            if any(group.get(name) != option for group in optimizer.param_groups):
                raise ValueError(f"{name} of an optimiser is not {option}")
        if len({frozenset(moments) for moments in optimizer.state.values()}) > 1:
            raise ValueError("an optimiser lacks moments of some weights")
        for weight, moments in optimizer.state.items():
            for name, moment in moments.items():
                if not _fits(name, moment, weight):
                    raise ValueError(f"{name} of an optimiser does not fit its weight")


def _counts(found: Any, fresh: Any) -> bool:
    if isinstance(fresh, dict):
        return (
            isinstance(found, dict) and found.keys() == fresh.keys() and all(_counts(found[k], fresh[k]) for k in fresh)
        )
    return type(found) is type(fresh) and 0 <= found < 2**63


def _fits(name: str, moment: Any, weight: Tensor) -> bool:
    if moment is None:
        return name == "momentum_buffer"  # of plain gradient descent
    shape = () if name == "step" else weight.shape
    if not torch.is_tensor(moment) or moment.shape != shape or not moment.isfinite().all():
        return False
    return name not in ("step", "exp_avg_sq") or bool((moment >= 0).all())
