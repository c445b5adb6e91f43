# SPDX-License-Identifier: Apache-2.0
"""Tables as docs/figures.md has them."""


def table(columns, rows):
    """The first column to the left, the others to the right."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def count(number):
    return f"{number:,.0f}"


def short(number, unit=""):
    """Three digits that count: 36.1, 211, 0.35, 1,480."""
    number = float(number)
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{number:,.{digits}f}" + (f" {unit}" if unit else "")


def megabytes(number):
    return short(number / 1e6, "MB")


def times(number):
    return short(number) + " ×"


def met(holds, otherwise):
    """A budget that is missed is written down as missed."""
    return "met" if holds else f"**{otherwise}**"
