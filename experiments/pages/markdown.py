"""The Markdown beside an artifact, as tables and paragraphs; nothing in it can be HTML, a link or an image."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

PARSER = MarkdownIt("zero").enable(["table", "list", "heading", "emphasis", "backticks", "escape"])
NUMBER = re.compile(r"[-+−]?\d")


@dataclass(frozen=True)
class Table:
    """A head and rows of escaped cells; which columns have numbers alone, and which are the paper's."""

    head: list[Markup]
    rows: list[list[Markup]]
    numeric: list[bool]
    published: list[bool]


def blocks(text: str) -> list[Table | Markup]:
    """Its tables and, as HTML, what stands between them."""
    found: list[Table | Markup] = []
    for tokens in _top_level(PARSER.parse(text)):
        if tokens[0].type == "table_open":
            found.append(_table(tokens))
        else:
            found.append(Markup(PARSER.renderer.render(tokens, PARSER.options, {})))
    return found


def _top_level(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            parts.append([])
        parts[-1].append(token)
    return parts


def _table(tokens: Sequence[Token]) -> Table:
    lines: list[list[Markup]] = []
    for token in tokens:
        if token.type == "tr_open":
            lines.append([])
        elif token.type == "inline":
            lines[-1].append(Markup(PARSER.renderer.renderInline(token.children or [], PARSER.options, {})))
    head, *rows = lines
    columns = [[row[place] for row in rows if row[place]] for place in range(len(head))]
    return Table(
        head=head,
        rows=rows,
        numeric=[all(NUMBER.match(cell) for cell in cells) for cells in columns],
        published=["paper" in name for name in head],
    )
