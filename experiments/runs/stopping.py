"""A job is told to stop: noted by its signal, and done once the batch at hand has its checkpoint.

A cluster tells jobs so where others go first, and where their time is over (`job.py`). Without a cluster no signal is
waited for, and a run goes on from its last periodic checkpoint.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from lightning import Callback, LightningModule, Trainer

from dg.checkpoint import Checkpoint

log = logging.getLogger(__name__)
Handler = Callable[[int, FrameType | None], Any]


class Stop:
    """What a signal asks this process for: `leave` ends it, at once or, while a model is trained, after a batch."""

    def __init__(self) -> None:
        self.handlers: dict[int, Handler] = {}
        self.asked: int | None = None
        self.training = self.leaving = False

    def wait_for(self, number: int, handler: Handler) -> None:
        """From now on the signal is noted, and `handler` ends the process when it may. The last one says more."""
        self.handlers[number] = handler
        self.listen()

    def listen(self) -> None:
        """Has the signals noted, where something else has taken them over since."""
        for number in self.handlers:
            signal.signal(number, self._note)

    def leave(self) -> None:
        """Ends the process as the signal's handler does; further signals then find it on its way."""
        if self.asked is not None and not self.leaving:
            self.leaving = True
            self.handlers[self.asked](self.asked, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        numbers = list(self.handlers)
        if self.asked is None or numbers.index(number) > numbers.index(self.asked):
            self.asked = number
        if not self.training:
            self.leave()


STOP = Stop()  # of this process, which has its signals once


class StopAfterBatch(Callback):
    """Saves a checkpoint after the batch in which it is asked to stop, and leaves before the next one.

    It stands after all other callbacks, so that they are done with the batch. In between, Lightning logs it.
    """

    def __init__(self, stop: Stop = STOP) -> None:
        self.stop, self.saved = stop, False

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """From now on a signal waits for a batch, which Lightning's own handlers, set just before, would not allow."""
        (self.keeper,) = (callback for callback in trainer.callbacks if isinstance(callback, Checkpoint))
        self.stop.listen()
        self.stop.training = True

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        """Saves inside an epoch. Its last batch is saved when the epoch has ended."""
        if self.stop.asked is not None and not trainer.fit_loop.epoch_loop._num_ready_batches_reached():
            self._save(trainer, module)

    def on_train_batch_start(self, *_: Any) -> None:
        """Leaves if that was saved."""
        if self.saved:
            self.stop.leave()

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Saves unless that is done, and leaves; the epoch's end is a batch's end too."""
        if self.stop.asked is not None:
            if not self.saved:
                self._save(trainer, module)
            self.stop.leave()

    def teardown(self, *_: Any, **__: Any) -> None:
        """What is no training ends at once."""
        self.stop.training = False

    def _save(self, trainer: Trainer, module: LightningModule) -> None:
        assert self.stop.asked is not None
        self.keeper.save(trainer, module)
        self.saved = True
        log.info("%s: the checkpoint has %d batches", signal.Signals(self.stop.asked).name, trainer.global_step)
