"""Pages that are written by hand but for one table, which stands between two marks and is written by a command."""

from __future__ import annotations

END = "<!-- its end -->\n"


def between(page: str, begin: str, table: str, *, where: str) -> str:
    """The page with `table` from the mark `begin` to END; raises ValueError where it, `where`, lacks one of them."""
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"{where}: the table's marks are missing: {begin.strip()} and {END.strip()}")
    return f"{before}{begin}{table}\n{END}{after}"
