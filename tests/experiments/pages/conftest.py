"""What the repository's results/ holds, read once, and the page of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from experiments.pages import committed
from experiments.pages.committed import Result
from experiments.pages.page import page
from experiments.paper import evidence
from experiments.paper.evidence import Entry

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def config() -> DictConfig:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return compose("report")


@pytest.fixture(scope="session")
def listed(config: DictConfig) -> list[Entry]:
    return evidence.every(config)


@pytest.fixture(scope="session")
def results(listed: list[Entry]) -> list[Result]:
    return committed.read(ROOT / "results", listed)


@pytest.fixture(scope="session")
def html(results: list[Result]) -> str:
    return page(results, "0123456789ab")
