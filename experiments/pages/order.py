"""The paper's order: its sections that have artifacts, in each tables, figures, and then what goes beyond it."""

from __future__ import annotations

import re
from itertools import groupby

from experiments.paper import artifact

SECTIONS = {
    "2.2": "Related work and limitations",
    "4.1": "Capturing long-term effects",
    "4.2": "Tackling mode collapse",
    "4.3": "Capturing attribute relationships",
    "5": "Fidelity evaluation",
    "5.1.2": "Baselines",
    "5.2": "Results",
    "5.3": "Other case studies",
    "6.1": "Protecting business secrets",
    "6.2": "Protecting user privacy",
    "A": "Datasets",
    "C": "Additional fidelity results",
    "D": "Additional case study results",
}
NUMBERED = re.compile(r"(table|figure)(\d+)")


def sections() -> dict[str, list[str]]:
    """The artifacts of each section, by name, in the paper's order."""
    ordered = sorted(artifact.known(), key=lambda name: (_place(section_of(name)), _rank(name)))
    return {section: list(names) for section, names in groupby(ordered, key=section_of)}


def section_of(name: str) -> str:
    """Where the paper has the artifact, e.g. "5.2" or "A"."""
    return artifact.find(name).PAPER.section


def subject(name: str) -> str:
    """What an artifact shows: the first line of its module, without its name and place in the paper."""
    line = artifact.titled(name)
    named, _, rest = line.partition(": ")
    told = rest if re.fullmatch(rf"{title(name)}( \(.*\)|, beyond the paper)", named) else line
    return told[0].upper() + told[1:]


def title(name: str) -> str:
    """What the paper calls it, or we do; also of a drawing, e.g. "Figure 7"."""
    if name in artifact.NOT_REPRODUCED:
        return name.replace("figure", "Figure ")
    return artifact.find(name).PAPER.name


def _rank(name: str) -> tuple[int, str, int]:
    found = NUMBERED.fullmatch(name)
    return (0, {"table": "0", "figure": "1"}[found[1]], int(found[2])) if found else (1, name, 0)


def _place(section: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split(".")]
