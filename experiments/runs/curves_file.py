"""The curves of a run in a file that has its rows whenever the process is killed."""

from __future__ import annotations

import os
import shutil

from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.loggers.csv_logs import ExperimentWriter


class Rows(ExperimentWriter):
    """Rows under a header. Lightning empties the file where a column is new; here a whole one replaces it."""

    def _rewrite_with_new_header(self, fieldnames: list[str]) -> None:
        file, unfinished = self.metrics_file_path, f"{self.metrics_file_path}.unfinished"
        shutil.copyfile(file, unfinished)
        self.metrics_file_path = unfinished
        try:
            super()._rewrite_with_new_header(fieldnames)
        finally:
            self.metrics_file_path = file
        os.replace(unfinished, file)


class Curves(CSVLogger):
    """Lightning's logger, with these rows."""

    @property
    def experiment(self) -> ExperimentWriter:
        """What writes the file."""
        if self._experiment is None:
            os.makedirs(self.root_dir, exist_ok=True)
            self._experiment = Rows(log_dir=self.log_dir)
        assert isinstance(self._experiment, Rows)
        return self._experiment
