"""The entry of every command: expected errors take one line, a signal sets the exit status, children end too."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from types import FrameType
from typing import Any, ParamSpec, TypeVar

import psutil
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from experiments.console.meant import meant

P = ParamSpec("P")
T = TypeVar("T")
whole = False  # whether an expected error is shown with where it was raised
PATIENCE = 5.0  # seconds in which children may end by themselves


class Stopped(SystemExit):
    """A signal asks the process to end; the status is the shell's, 128 and the signal's number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = signal.Signals(number).name


def enter(command: Callable[[], object]) -> None:
    """Runs a command for a person: HYDRA_FULL_ERROR=1 shows where an expected error was raised.

    SIGTERM ends with 143 and SIGINT with 130, after one line that says what is kept.
    """
    global whole
    whole = os.environ.get("HYDRA_FULL_ERROR") == "1"
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises its errors instead of printing them
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        expected(command)()
    except Stopped as stop:
        _end_children()
        print(
            f"stopped by {stop.signal}: finished runs are kept, and the same command goes on from the last checkpoint",
            file=sys.stderr,
        )
        _leave(int(str(stop.code)))


def expected(task: Callable[P, T]) -> Callable[P, T]:
    """Ends the process with one line if the task raises an expected error, unless the full error is wanted.

    It stands under `@hydra.main` too, because Hydra prints the overrides of a task whose error it sees.
    """

    @wraps(task)
    def told_on_one_line(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return task(*arguments, **options)
        except Exception as error:
            if whole or not is_expected(error):
                raise
            sys.exit(f"error: {told(error)}")

    return told_on_one_line


def arguments(config: DictConfig, function: Callable[..., object]) -> dict[str, Any]:
    """A command's settings, for the function that has an argument for each; ValueError for one more, e.g. +sed=1."""
    given: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    names = list(signature(function).parameters)
    for name in given.keys() - names:
        raise ValueError(f"there is no setting {name!r}; {meant(name, names)}there are {', '.join(names)}")
    return given


def wandb_first(config: DictConfig) -> None:
    """Imports wandb where it is among the loggers: that takes 2 s before torch is imported, and 20 s after it."""
    if "wandb" in config.logger:
        import wandb  # noqa: F401


def is_expected(error: Exception) -> bool:
    """Whether an error is told on one line; any other is a bug of ours."""
    if isinstance(error, (ValueError, OSError, MemoryError, HydraException, OmegaConfBaseException)):
        return True
    from lightning.fabric.utilities.exceptions import MisconfigurationException  # seconds, for most commands in vain

    from dg.module import TrainingDiverged

    return isinstance(error, (TrainingDiverged, MisconfigurationException))


def told(error: BaseException) -> str:
    """An error's message on one line; of an error that Hydra wraps, the message of the inner one."""
    if isinstance(error, OverrideParseException):
        return f"{error.override} is not understood; in quotes goes what is no plain word, e.g. 'sample=\"meter no.\"'"
    while isinstance(error, HydraException | OmegaConfBaseException) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, ConfigAttributeError | ConfigKeyError):
        return _not_there(error)
    if isinstance(error, MemoryError):
        return "the memory of this machine is not enough; ask for fewer samples or for a smaller model"
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip()) or type(error).__name__


def _not_there(error: OmegaConfBaseException) -> str:
    name = error.full_key or str(error.key)
    own = f"; where names are yours to choose, +{name}=…" if "." in name else ""
    near = meant(str(error.key), map(str, error.parent_node or ())).strip()
    return f"there is no setting {name!r}{f'; {near}' if near else own}"


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def _end_children() -> None:
    children = psutil.Process().children(recursive=True)
    for child in children:
        child.terminate()
    for child in psutil.wait_procs(children, timeout=PATIENCE)[1]:
        child.kill()


def _leave(status: int) -> None:
    """Ends the process at once, without waiting for threads and pools."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
