"""A run of more batches goes on where the same run of fewer has ended, if that kept its checkpoint."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hydra.utils import get_class
from omegaconf import DictConfig

from dg.checkpoint import resumable
from dg.files import read_json
from dg.module import GenerativeModule
from experiments.runs.choosing import AUTO
from experiments.runs.facts import RunFile
from experiments.runs.run import CHECKPOINT, UNFINISHED, Run, kept, writing

log = logging.getLogger(__name__)


def can_go_on(config: DictConfig) -> bool:
    """Whether a run of more batches begins with what this one trains.

    Not where their number says more than when training ends: how long its phases are, how much noise privacy asks for,
    and which generators are compared on V or by short trainings.
    """
    model = config.model
    phased = get_class(model.module._target_).steps is not GenerativeModule.steps
    chosen = kept(config) or config.scale.validation.get("averages") or model.module.get("sample_len") == AUTO
    return not (phased or chosen or model.get("privacy"))


def shorter(run: Run) -> Run | None:
    """The same run of fewer batches, of the most of them, that kept its checkpoint; None: there is none."""
    found: dict[int, Run] = {}
    for checkpoint in run.folder.parent.glob(f"*/{CHECKPOINT}") if can_go_on(run.config) else ():
        if checkpoint.parent.suffix == UNFINISHED:
            continue
        config = run.config.copy()
        try:
            config.batches = read_json(checkpoint.with_name("run.json"), RunFile)["work"]["batches"]
        except (OSError, ValueError, KeyError):
            continue  # whoever needs that run complains
        if config.batches < run.config.batches and (before := Run.of(config)).folder == checkpoint.parent:
            found[config.batches] = before
    return found[max(found)] if found else None


@contextmanager
def going_on(run: Run) -> Iterator[Path]:
    """`writing`, in a folder that begins with what `shorter` has kept and what was seen of it, unless it has begun.

    Raises ValueError where the checkpoint is damaged.
    """
    with writing(run) as folder:
        before = None if (folder / CHECKPOINT).exists() else shorter(run)
        if before is not None:
            _copy(before.folder, folder, run.config.batches)
            log.info("%s goes on from %s, %d batches", run.name, before.folder, before.config.batches)
        yield folder


def _copy(before: Path, folder: Path, batches: int) -> None:
    """The checkpoint comes last: where it is, the rest is whole."""
    resumable(before / CHECKPOINT, {}, batches)
    for seen in ("metrics", "samples"):
        if (before / seen).is_dir():
            shutil.copytree(before / seen, folder / seen, dirs_exist_ok=True)
    half = folder / f"{CHECKPOINT}{UNFINISHED}"
    shutil.copy(before / CHECKPOINT, half)
    os.replace(half, folder / CHECKPOINT)
