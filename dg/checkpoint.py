"""Interrupted training goes on from a file, exactly where it stood when the file was written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer

from dg.module import TrainingDiverged


def resumable(checkpoint: Path, belongs_to: dict[str, Any]) -> Path | None:
    """The checkpoint, if there is one; raises ValueError where it is damaged or belongs to another training."""
    if not checkpoint.exists():
        return None
    try:
        kept = torch.load(checkpoint, map_location="cpu", weights_only=True)["belongs_to"]
    except Exception as error:
        raise ValueError(f"{checkpoint} is damaged ({error}); delete it to train from the start") from error
    differing = [name for name in belongs_to if kept.get(name) != belongs_to[name]]
    if differing:
        raise ValueError(
            f"{checkpoint} belongs to a training with other {', '.join(differing)}; delete it to train from the start"
        )
    return checkpoint


def refuse_nan_weights(module: LightningModule, batch: int) -> None:
    """Raises TrainingDiverged; the losses of the last batch come before its last step, so they do not tell."""
    wrong = [name for name, weight in module.state_dict().items() if not torch.isfinite(weight).all()]
    if wrong:
        raise TrainingDiverged(
            f"batch {batch}: a weight is not finite ({wrong[0]}); the last good checkpoint, if any, is kept"
        )


class Checkpoint(Callback):
    """Saves all that is needed to go on at the end of an epoch, by a new file that replaces the old one whole."""

    def __init__(self, file: Path, every: int, belongs_to: dict[str, Any]) -> None:
        self.file, self.every, self.belongs_to, self.saved = file, every, belongs_to, 0

    def on_save_checkpoint(self, trainer: Trainer, module: LightningModule, checkpoint: dict[str, Any]) -> None:
        """Notes what the checkpoint belongs to."""
        checkpoint["belongs_to"] = self.belongs_to

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """A resumed run counts from where it goes on."""
        self.saved = trainer.global_step

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Only finite weights are worth keeping."""
        if trainer.global_step - self.saved < self.every and module.max_epochs is None:
            return
        refuse_nan_weights(module, trainer.global_step)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_name(f"{self.file.name}.unfinished")
        trainer.save_checkpoint(unfinished)
        os.replace(unfinished, self.file)
        self.saved = trainer.global_step
