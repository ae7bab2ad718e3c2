"""Trains the peer, an outside implementation, on the rows of an artifact's runs: a row of its own in Tables 2 and 3."""

from __future__ import annotations

import logging
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from benchmarks.peer.environment import PeerUnavailable
from experiments.console.door import enter, expected
from experiments.paper.grid import fitted
from experiments.runs.run import one_a_seed
from experiments.studies import peer

log = logging.getLogger(__name__)


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    own = ("artifact=", "results=", "jobs=", "changed=", "model=", "lineup=")
    given: Any = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)
    chosen = [override for override in given if not override.startswith(own)]
    runs = one_a_seed(fitted(config.artifact, [*chosen, "model=bootstrap"]))  # whose real rows are those of all models
    try:
        for run in tqdm(runs, desc="peer", unit="seed"):
            peer.make(run)
    except PeerUnavailable as error:
        log.warning("%s: the row of the peer is left out", error)


if __name__ == "__main__":
    enter(main)
