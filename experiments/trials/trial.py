"""One trial: an ordinary run, cut short where it is worse than most were after as many batches."""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from hydra import compose
from lightning import Callback, LightningModule, Trainer
from optuna import Trial, TrialPruned
from optuna.trial import TrialState

from benchmarks.catalogue import metric
from dg.module import GenerativeModule, TrainingDiverged
from experiments.console.door import told
from experiments.runs.monitoring import Validation, batches_done
from experiments.runs.run import Run, making
from experiments.runs.training import train

log = logging.getLogger(__name__)


def overrides(chosen: Sequence[str], fixed: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """What a trial's run is composed of: what is chosen for all trials, and its own values."""
    return [*chosen, *fixed, *(f"++{name}={value}" for name, value in values.items())]


def attempt(trial: Trial, composed_of: list[str]) -> None:
    """Makes the run, or finds it, and tells the study what the dataset's first metric is of it on V (D55).

    A trial that is pruned leaves no folder; one that fails leaves its reason.
    """
    config = compose("train", composed_of)
    run, judge = Run.of(config), config.dataset.metrics[0]
    trial.set_user_attr("run", run.folder.name)
    value, state, said = None, TrialState.FAIL, "it has no value that is finite"
    try:
        run = train(config, callbacks=[Pruning(trial, judge)])
        found = metric(judge)(run.real.validation, run.generated)
        if math.isfinite(found):
            value, state, said = found, TrialState.COMPLETE, f"{judge} {found:.5g}"
    except TrialPruned as pruned:
        state, said = TrialState.PRUNED, str(pruned)
        _remove(run)
    except (ValueError, TrainingDiverged) as error:
        said = told(error)
    if state == TrialState.FAIL:
        trial.set_user_attr("reason", said)
    trial.study.tell(trial, value, state)
    log.info("trial %d, %s: %s", trial.number, state.name.lower(), said)


class Pruning(Callback):
    """Tells the study each validation but the last one, and ends the run by TrialPruned where the study says so."""

    def __init__(self, trial: Trial, judge: str) -> None:
        self.trial, self.judge = trial, judge

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        """A run that goes on from its checkpoint has told some validations before."""
        assert isinstance(module, GenerativeModule)
        (watch,) = (callback for callback in trainer.callbacks if isinstance(callback, Validation))
        batches = batches_done(trainer)
        if watch.latest is None or watch.latest[0] != batches or batches == watch.in_all(module):
            return
        score = watch.latest[1][self.judge]
        (known,) = (t for t in self.trial.study.get_trials(deepcopy=False) if t.number == self.trial.number)
        if batches not in known.intermediate_values:
            self.trial.report(score, batches)
        if self.trial.should_prune():
            raise TrialPruned(f"{self.judge} {score:.5g} after {batches} batches")


def _remove(run: Run) -> None:
    with making(run):  # by another trial with the same values, it may be
        if run.unfinished.exists():
            shutil.rmtree(run.unfinished)
