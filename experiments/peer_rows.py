"""Trains the peer, an outside implementation, on the rows of an artifact's runs: a row of its own in Tables 2 and 3."""

from __future__ import annotations

import logging

import hydra
from omegaconf import DictConfig
from tqdm import tqdm

from benchmarks.peer.environment import PeerUnavailable
from experiments.console.door import enter, expected
from experiments.paper.grid import fitted, overrides
from experiments.runs.run import one_a_seed
from experiments.studies import peer

log = logging.getLogger(__name__)


@hydra.main(config_path="../conf", config_name="reproduce", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    chosen = overrides("artifact", "results", "jobs", "changed", "model", "lineup")
    runs = one_a_seed(fitted(config.artifact, [*chosen, "model=bootstrap"]))  # whose real rows are those of all models
    try:
        for run in tqdm(runs, desc="peer", unit="seed"):
            peer.make(run)
    except PeerUnavailable as error:
        log.warning("%s: the row of the peer is left out", error)


if __name__ == "__main__":
    enter(main)
