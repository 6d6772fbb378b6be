"""The marts and what joins them, as Mermaid for other tools and as SVG for the page."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from orchestration.reporting.documents.dictionary import Join

_ROW, _WIDTH, _TEXT = 22, 760, 300


def mermaid(joins: Sequence[Join]) -> str:
    """An ER diagram: many rows of the one table to one of the other, or to none."""
    lines = [f'    {join.other_table} |o--o{{ {join.table} : "{join.column}"' for join in joins]
    return "\n".join(["erDiagram", *lines, ""])


def svg(joins: Sequence[Join], title: str) -> Markup:
    """Tables at the left, what they join at the right, a line for each column that does."""
    left = _places([join.table for join in joins])
    right = _places([join.other_table for join in joins])
    height = _ROW * (max(len(left), len(right)) + 1)
    lines = "".join(
        f'<path class="axis" d="M{_TEXT + 6} {left[join.table]} C{_WIDTH / 2} {left[join.table]} '
        f"{_WIDTH / 2} {right[join.other_table]} {_WIDTH - _TEXT + 40} "
        f'{right[join.other_table]}"><title>{escape(_said(join))}</title></path>'
        for join in joins
    )
    names = "".join(
        f'<text class="end" x="{_TEXT}" y="{y + 4}">{escape(name)}</text>'
        for name, y in left.items()
    ) + "".join(
        f'<text x="{_WIDTH - _TEXT + 46}" y="{y + 4}">{escape(name)}</text>'
        for name, y in right.items()
    )
    return Markup(  # noqa: S704 - every name is escaped above
        f'<svg role="img" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'aria-label="{escape(title)}">{lines}{names}</svg>'
    )


def _said(join: Join) -> str:
    return f"{join.table}.{join.column} → {join.other_table}.{join.other_column}"


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: _ROW * (row + 1) for row, name in enumerate(sorted(set(names)))}
