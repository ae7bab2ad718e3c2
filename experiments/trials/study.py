"""A study of Optuna in a journal, a file of JSON lines that survives kill -9 and that several processes share.

The journal is one's own data. All the same nothing but numbers and choices of the space reaches a run from it (`held`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from filelock import BaseFileLock, FileLock, Timeout
from optuna import Study, Trial
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState

from dg.files import reading, regular
from experiments.trials.space import Domain

KNOWN_AS = "belongs to"


class Journal:
    """Where a study is kept: NAME.journal, and its locks in NAME.locks.

    The locks are the operating system's, so that a process that died holds none.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.file, self.locks = name, folder / f"{name}.journal", folder / f"{name}.locks"
        self.locks.mkdir(parents=True, exist_ok=True)

    def alone(self) -> BaseFileLock:
        """Held while a trial is chosen, and while the page is written."""
        return FileLock(self.locks / "study.lock")

    def lock_of(self, number: int) -> BaseFileLock | None:
        """Of a trial, held as long as a process works on it; None where another one does."""
        lock = FileLock(self.locks / f"trial-{number}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        return lock

    def study(self, belongs_to: Mapping[str, Any], *, startup: int) -> Study:
        """The study, begun or gone on with.

        The pruner compares a trial with the median of the others after as many batches. Hyperband, the alternative,
        shares out trials over brackets, which takes more of them and more validations than the runs here have.
        Raises ValueError where the file is damaged, or belongs to another search.
        """
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        wanted = json.loads(json.dumps(belongs_to))
        with self.alone(), reading(self.file, "name another study by name=, or remove the file", "is no journal"):
            if self.file.exists() and regular(self.file).read_bytes()[:1] not in (b"", b"{"):
                raise ValueError("it does not begin as one does")
            lock = _Lock(self.locks / "journal.lock", self.file)
            study = optuna.create_study(
                storage=JournalStorage(JournalFileBackend(str(self.file), lock)),
                pruner=MedianPruner(n_startup_trials=startup),
                study_name=self.name,
                load_if_exists=True,
            )
            if not study.user_attrs:
                study.set_user_attr(KNOWN_AS, wanted)
            found = study.user_attrs.get(KNOWN_AS, {})
        differing = [part for part in wanted if found.get(part) != wanted[part]]
        if differing:
            raise ValueError(
                f"{self.file} belongs to a search with other {', '.join(differing)}; give this one a name of its "
                "own by name=, or remove the file"
            )
        return study

    @contextmanager
    def trial(
        self,
        study: Study,
        domains: Mapping[str, Domain],
        usual: Mapping[str, Any],
        *,
        trials: int,
        seed: int,
        startup: int,
    ) -> Iterator[Trial | None]:
        """One to work on inside the block: one that a process left when it died, else a new one; None: no more.

        usual: the values of the first one; of the others the study chooses, by `seed`, their number and all before
        """
        with self.alone():
            taken = self._left(study) or self._new(study, usual, trials)
            if taken is not None:
                chance = int(np.random.SeedSequence([seed, taken[0].number]).generate_state(1)[0])
                study.sampler = TPESampler(seed=chance, n_startup_trials=startup)
                for name, domain in domains.items():
                    domain.drawn(taken[0], name)
        if taken is None:
            yield None
            return
        trial, lock = taken
        try:
            yield trial
        finally:
            lock.release()

    def _new(self, study: Study, usual: Mapping[str, Any], trials: int) -> tuple[Trial, BaseFileLock] | None:
        if not study.get_trials(deepcopy=False):
            study.enqueue_trial(dict(usual))
        if sum(trial.state != TrialState.WAITING for trial in study.get_trials(deepcopy=False)) >= trials:
            return None
        trial = study.ask()
        lock = self.lock_of(trial.number)
        assert lock is not None
        return trial, lock

    def _left(self, study: Study) -> tuple[Trial, BaseFileLock] | None:
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if lock := self.lock_of(trial.number):
                return Trial(study, trial._trial_id), lock
        return None


class _Lock(JournalFileOpenLock):
    """Held while something is appended. Optuna's own outlives a process that was killed, and is broken by force."""

    def __init__(self, file: Path, journal: Path) -> None:
        self.lock, self.journal = FileLock(file), journal

    def acquire(self) -> bool:
        """Waits; then drops a last line that a full disk has cut short, so that nothing is appended to it."""
        self.lock.acquire()
        with open(self.journal, "rb+") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
        return True

    def release(self) -> None:
        """Lets the next one in."""
        self.lock.release()
