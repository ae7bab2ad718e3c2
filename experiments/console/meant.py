"""What a person may have meant by a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(name: str, known: Iterable[str], shown: str = "{}", cutoff: float = 0.6) -> str:
    """Asks for the known name that is nearest, as the start of a sentence that goes on; empty if none is near.

    shown: how the name is written, e.g. "`dg {}`"
    cutoff: the least similarity, 0 to 1 (difflib)
    """
    near = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"did you mean {shown.format(near[0])}? " if near else ""
