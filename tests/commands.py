"""Commands of `experiments`, each in a process of its own that is forked from one in which the imports are done.

A new interpreter imports for some seconds before a command does anything. What it says, with which status it ends and
what a signal does to it are the same here. `unbroken` in tests/experiments/test_train.py and whatever `make` runs start
as a person starts them.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import runpy
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import psutil

ROOT = Path(__file__).resolve().parents[1]
READY = multiprocessing.get_context("forkserver")
READY.set_forkserver_preload(["wandb", "experiments.paper.grid", "hydra_plugins.hydra_joblib_launcher.joblib_launcher"])


class Command:
    """`python -m module arguments`, from the repository's root unless told, as tests need it of subprocess.Popen.

    environment: variables that it has beside those of the tests
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        largest_file: int | None = None,
        cwd: Path = ROOT,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._told = tempfile.TemporaryDirectory()
        self._files = [Path(self._told.name, name) for name in ("output", "errors")]
        self._process = READY.Process(
            target=_run, args=(module, arguments, self._files, largest_file, cwd, dict(environment))
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, or less than 0 and a signal's number; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def family(self) -> list[psutil.Process]:
        """It and whatever it has started, as far as they run."""
        try:
            own = psutil.Process(self.pid)
            return [own, *own.children(recursive=True)] if self.poll() is None else []
        except psutil.NoSuchProcess:
            return []

    def kill_all(self) -> None:
        """SIGKILL for its family; waits for its own end."""
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.join()

    def finish(self, timeout: float = 300) -> tuple[int, str, str]:
        """Waits for its end: the exit status, what it said and what it said of errors."""
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            self._process.kill()
            raise TimeoutError(f"no end after {timeout} seconds")
        output, errors = (file.read_text(encoding="utf-8") for file in self._files)
        return status, output, errors


def _run(
    module: str,
    arguments: tuple[str, ...],
    told: list[Path],
    largest_file: int | None,
    cwd: Path,
    environment: dict[str, str],
) -> None:
    for number, file in enumerate(told, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    os.chdir(cwd)
    os.environ |= {"PYTHONPATH": str(ROOT), **environment}
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
