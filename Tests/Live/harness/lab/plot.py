"""Curves over time as SVG, one panel below the other. Small on purpose: the picture lies in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Curve = Sequence[tuple[float, float]]

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 840, 120, 60, 150, 40, 26
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df")


def chart(title: str, panels: Sequence[tuple[str, dict[str, Curve]]]) -> str:
    """Panels with a name for their unit and curves of seconds and values."""
    height = TOP + len(panels) * (PANEL + GAP) + 20
    end = max((point[0] for _, curves in panels for curve in curves.values() for point in curve), default=1)
    across = WIDTH - LEFT - RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for index, (unit, curves) in enumerate(panels):
        top = TOP + index * (PANEL + GAP)
        most = nice(max((point[1] for curve in curves.values() for point in curve), default=1))
        parts.append(f'<rect x="{LEFT}" y="{top}" width="{across}" height="{PANEL}" fill="none" stroke="#d0d7de"/>')
        parts.append(f'<text x="{LEFT}" y="{top - 5}" fill="#57606a">{escape(unit)}</text>')
        for share in (0, 0.5, 1):
            y = top + PANEL * (1 - share)
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#57606a">{most * share:g}</text>')
            parts.append(f'<line x1="{LEFT}" x2="{LEFT + across}" y1="{y:.0f}" y2="{y:.0f}" stroke="#eaeef2"/>')
        for second in range(0, int(end) + 1, 10):
            x = LEFT + across * second / end
            parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{top}" y2="{top + PANEL}" stroke="#eaeef2"/>')
            if index == len(panels) - 1:
                parts.append(f'<text x="{x:.0f}" y="{top + PANEL + 14}" text-anchor="middle" fill="#57606a">{second} s</text>')
        for number, (name, curve) in enumerate(curves.items()):
            colour = COLOURS[number % len(COLOURS)]
            points = " ".join(
                f"{LEFT + across * x / end:.1f},{top + PANEL * (1 - min(max(y, 0), most) / most):.1f}" for x, y in curve)
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3"/>')
            parts.append(f'<text x="{LEFT + across + 8}" y="{top + 14 + 15 * number}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def nice(most: float) -> float:
    """The next round number."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 2500, 5000, 10_000):
        if most <= step:
            return step
    return most
