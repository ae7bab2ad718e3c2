from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., DictConfig]:
    """Makes the config of a small run that is kept in a temporary folder."""

    def make(*overrides: str) -> DictConfig:
        with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
            return compose("train", [f"outputs={tmp_path}", "scale=smoke", "logger=none", *overrides])

    return make
