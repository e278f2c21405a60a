"""Samples, their spread, and the rows in which tools/bench/run shows them."""

import re
import statistics


class Samples:
    """Values of one quantity from one run."""

    def __init__(self, values, least=None, most=None):
        self.values = [value for value in values if value is not None]
        self.least = least if least is not None else min(self.values, default=None)
        self.most = most if most is not None else max(self.values, default=None)

    def __bool__(self):
        return bool(self.values)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, unit=""):
        """`median (least–most) unit`."""
        if not self:
            return ""
        spread = "" if self.least == self.most else f" ({number(self.least)}–{number(self.most)})"
        return f"{number(self.median)}{spread} {unit}".rstrip()

    def json(self):
        if not self:
            return None
        return {"median": self.median, "min": self.least, "max": self.most, "samples": self.values}


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def paired(above, below):
    """Ratios of samples that were taken in the same round."""
    return Samples([a / b for a, b in zip(above.values, below.values) if b])


def verdict(goal, value):
    """Whether `value` is as `goal` says: `≤ 1.25`, `≥ 2`, `0`; empty for a goal that is none."""
    found = re.match(r"(≤|≥|)\s*([0-9][0-9.,]*)", goal)
    if not found or value is None:
        return ""
    limit = float(found[2].replace(",", ""))
    good = value <= limit if found[1] == "≤" else value >= limit if found[1] == "≥" else value == limit
    return "met" if good else "**missed**"


class Table:
    """Markdown that reads well on a terminal, printed line by line as it comes."""

    def __init__(self, *heading):
        print()
        self.line(*heading)
        print("|" + "---|" * len(heading))

    @staticmethod
    def line(*cells):
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
