"""Writes all that results/ holds, in the paper's order, into one HTML page: ours beside the paper's, and verdicts."""

from __future__ import annotations

from pathlib import Path

import hydra
from omegaconf import DictConfig

from experiments.console.door import enter, expected

README = Path(__file__).resolve().parents[1] / "README.md"
LARGE = 15 * 2**20  # bytes of a page


@hydra.main(config_path="../conf", config_name="report", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    from experiments.pages import committed, readme
    from experiments.pages.page import page
    from experiments.paper import evidence
    from experiments.runs.plan import size
    from experiments.runs.provenance import revision

    results, out = committed.read(Path(config.results), evidence.every(config)), Path(config.out)
    if config.readme:
        README.write_text(readme.written(README.read_text(encoding="utf-8"), results, config.rows), encoding="utf-8")
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(results, revision()), encoding="utf-8")
    written = out.stat().st_size
    print(f"{out}: {len(results)} results on one page of {size(written)}{', which is large' * (written > LARGE)}")


if __name__ == "__main__":
    enter(main)
