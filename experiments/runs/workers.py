"""Processes that work beside this one: they are forked from one that imports what they need while this one does."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing import forkserver, resource_tracker

WORKERS = multiprocessing.get_context("forkserver")
IMPORTED = ["experiments.runs.sampling", "experiments.generate"]  # torch and all models, for seconds; Hydra


def import_beside() -> None:
    """Starts the process that workers are forked from; to be called before this one imports the same itself.

    Ctrl-C in a terminal reaches it too, and is this process's to handle: it never sees one, and ends with this one.
    """
    WORKERS.set_forkserver_preload(IMPORTED)
    resource_tracker.ensure_running()  # first, for when it starts it lets signals through again
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
