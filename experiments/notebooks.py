"""Writes every artifact's notebook anew, and pairs the stories: `python -m experiments.notebooks`."""

from __future__ import annotations

from experiments.console.door import enter
from experiments.paper import artifact, notebook


def main() -> None:
    """The command."""
    written = [file for name in artifact.known() for file in notebook.write(name)]
    written += [notebook.pair(name) for name in notebook.stories()]
    print(f"{len(written)} files written: {', '.join(file.name for file in written)}")


if __name__ == "__main__":
    enter(main)
