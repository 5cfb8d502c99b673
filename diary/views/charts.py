"""Line charts as plain numbers that a template writes as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 14, 28
STEPS = (1, 2, 2.5, 5, 10)
LINES = 3


@dataclass(frozen=True)
class Point:
    """A day on the chart."""

    x: float
    y: float
    date: date
    value: float


@dataclass(frozen=True)
class Line:
    """A level with its label."""

    y: float
    label: str


@dataclass(frozen=True)
class Chart:
    """One line over time."""

    title: str
    unit: str
    points: list[Point]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """The line as SVG draws it."""
        return " ".join(f"{'L' if i else 'M'}{p.x:.1f} {p.y:.1f}" for i, p in enumerate(self.points))

    @property
    def area(self) -> str:
        """The ground under the line."""
        floor = HEIGHT - BOTTOM
        return f"{self.path} L{self.points[-1].x:.1f} {floor} L{self.points[0].x:.1f} {floor} Z"

    @property
    def first(self) -> Point:
        """The oldest."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """The newest."""
        return self.points[-1]

    @property
    def best(self) -> Point:
        """The highest, the newest of several."""
        return max(self.points, key=lambda point: (point.value, point.date))


def draw_chart(title: str, unit: str, days: Sequence[date], values: Sequence[float | None]) -> Chart:
    """Places of all days that have a value."""
    known = [(day, float(value)) for day, value in zip(days, values, strict=True) if value is not None and value > 0]
    if not known:
        return Chart(title, unit, [], [])
    step = choose_step(max(value for _, value in known) / LINES)
    top = step * math.ceil(max(value for _, value in known) / step)
    start, span = known[0][0], max(1, (known[-1][0] - known[0][0]).days)
    inner_w, inner_h = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    middle = len(known) == 1
    points = [
        Point(
            round(LEFT + inner_w * (0.5 if middle else (day - start).days / span), 1),
            round(TOP + inner_h * (1 - value / top), 1),
            day,
            value,
        )
        for day, value in known
    ]
    levels = [step * i for i in range(round(top / step) + 1)]
    return Chart(title, unit, points, [Line(round(TOP + inner_h * (1 - v / top), 1), f"{v:g}") for v in levels])


def choose_step(rough: float) -> float:
    """The next round number."""
    scale = 10 ** math.floor(math.log10(rough)) if rough > 0 else 1
    return next(scale * step for step in STEPS if scale * step >= rough * (1 - 1e-9))
