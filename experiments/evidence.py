"""Computes everything that results/ holds, cell by cell in order of worth, at low priority; stop it when you like."""

from __future__ import annotations

import os
from pathlib import Path

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected, wandb_first

DOCS = Path(__file__).resolve().parents[1] / "docs"


@hydra.main(config_path="../conf", config_name="evidence", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    wandb_first(config)

    from experiments.paper import evidence, whole
    from experiments.paper.grid import overrides
    from experiments.runs.devices import jobs_of

    listed = evidence.entries(config)
    if config.document:
        for page, documented in (("results.md", evidence.documented), ("cluster.md", whole.documented)):
            file = DOCS / page
            file.write_text(documented(file.read_text(encoding="utf-8"), listed), encoding="utf-8")
        return
    own = ("data", "jobs", "priority", "plan", "only", "results", "document", "entries", "queue", "scale")
    common = [override for override in overrides(*own) if not override.startswith("data.")]
    if not any(override.startswith("logger=") for override in common):
        common.append("logger=csv")
    jobs = jobs_of(config)
    items = evidence.queue(config, listed, common)
    outputs, results = Path(config.outputs), Path(config.results)
    if config.plan:
        print(evidence.plan(items, outputs=outputs, results=results, jobs=jobs))
        return
    os.nice(config.priority)
    evidence.make(items, outputs=outputs, results=results, jobs=jobs)


if __name__ == "__main__":
    enter(main)
