"""One cell of a grid, in whichever process a launcher chose: made, or why not. Imports little, for W&B comes first."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf

from experiments.console.door import is_expected, told, wandb_first

if TYPE_CHECKING:
    from experiments.runs.run import Run


def attempt(cell: Any, *, wait: bool = True) -> str | None:
    """Makes the run of a config, with one thread, on a device of its own; the reason where that fails, else None.

    wait: False leaves it to the process that is making it, if there is one, and returns at once

    No error leaves it, so that no launcher stops at one or loses it: the reason is kept beside the runs too, where the
    command that began the grid finds it. Whichever process makes a run, it has one thread, and so the same bytes.
    """
    config = OmegaConf.create(cell)
    wandb_first(config)
    import torch

    from dg.locks import Busy
    from experiments.runs.devices import placed
    from experiments.runs.run import Run
    from experiments.runs.training import train

    torch.set_num_threads(1)
    run = None
    try:
        run = Run.of(config)
        run.failure.unlink(missing_ok=True)
        with placed(config) as chosen:
            train(chosen, wait=wait)
    except Busy:
        return None
    except Exception as error:
        reason = reason_of(error)
        _keep(reason, run)
        return reason
    return None


def reason_of(error: Exception) -> str:
    """Why something failed, on one line; of a bug of ours the traceback, which helps most."""
    return told(error) if is_expected(error) else " ".join("".join(traceback.format_exception(error)).split())


def _keep(reason: str, run: Run | None) -> None:
    """Where even that is impossible, on a full disk, the run is missing without a reason."""
    try:
        if run is not None:
            run.failure.parent.mkdir(parents=True, exist_ok=True)
            run.failure.write_text(reason, encoding="utf-8")
    except OSError:
        pass
