"""Every claim that the results judge, and whether it holds, in docs/claims.md: `python -m experiments.claims`."""

from __future__ import annotations

from pathlib import Path

from experiments.console.door import enter
from experiments.paper import artifact

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """The command."""
    text = artifact.all_verdicts(ROOT / "results")
    (ROOT / "docs" / "claims.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    enter(main)
