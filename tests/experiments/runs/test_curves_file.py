from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments.runs.curves_file import Curves


def test_killed_where_a_column_is_new_the_rows_before_it_are_there(tmp_path: Path, monkeypatch) -> None:
    logger = Curves(tmp_path, name="metrics", flush_logs_every_n_steps=1)
    for step in (1, 2):
        logger.log_metrics({"loss": 0.5 / step}, step=step)
    file = tmp_path / "metrics" / "version_0" / "metrics.csv"
    before = file.read_bytes()

    def killed(*_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", killed)
        logger.log_metrics({"error": 0.1}, step=3)
    assert file.read_bytes() == before
