"""Values for files that people open in a spreadsheet, which takes some texts for formulas."""

_FORMULA_SIGNS = ("=", "+", "-", "@")
_CELL_SIGNS = ("\t", "\r")


def plain_cell(value: object) -> object:
    """A value that no spreadsheet runs: a text that begins like a formula gets an apostrophe."""
    is_formula = isinstance(value, str) and (
        value.startswith(_CELL_SIGNS) or value.lstrip().startswith(_FORMULA_SIGNS)
    )
    return f"'{value}" if is_formula else value
