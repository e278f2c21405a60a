"""Draws what a speaker's packet costs against the size of the room, as one SVG that stands alone."""

import math
import re

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 84, 36, 44, 52


def ticks(most):
    """Round numbers from 0 to at least `most`."""
    scale = 10 ** len(str(int(most))) / 10
    step = next(step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5) if most / (step * scale) <= 6) * scale
    return [step * index for index in range(math.ceil(most / step) + 1)]


def growth(figures):
    """(listeners, median, least, most) in milliseconds of each room that roost-bench measured."""
    points = []
    for figure in figures:
        found = re.fullmatch(r"growth 1 to (\d+): a packet of the speaker", figure["name"])
        if found:
            points.append((int(found[1]), *(figure[key] / 1000 for key in ("median", "min", "max"))))
    return sorted(points)


def room_size(figures, caption):
    """The plot; `None` without the figures for it."""
    points = growth(figures)
    if len(points) < 3:
        return None
    across, up = ticks(points[-1][0]), ticks(max(point[3] for point in points))
    x = lambda value: LEFT + value / across[-1] * (WIDTH - LEFT - RIGHT)
    y = lambda value: HEIGHT - BOTTOM - value / up[-1] * (HEIGHT - TOP - BOTTOM)
    # The line of least squares through the origin: what cost would be if it were proportional.
    slope = sum(n * cost for n, cost, _, _ in points) / sum(n * n for n, _, _, _ in points)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#445">',
        "<title>Processor time for one packet of the speaker against the listeners of the room</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14" font-weight="600">'
        "Processor time for one packet of the speaker, all its copies included</text>",
        f'<text x="{LEFT}" y="34">{escaped(caption)}</text>']
    for value in up:
        out.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ccd" stroke-width=".7"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g} ms</text>')
    for value in across:
        out.append(f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">listeners</text>')
    out.append(
        f'<path d="M{x(0):.1f} {y(0):.1f}L{x(points[-1][0]):.1f} {y(slope * points[-1][0]):.1f}" '
        'stroke="#99a" stroke-dasharray="5 4" fill="none"/>')
    out.append(
        f'<text x="{LEFT + 12}" y="{TOP + 18}">dashed: {1e6 * slope:,.0f} ns for each listener, nothing else</text>')
    for n, cost, least, most in points:
        out.append(f'<path d="M{x(n):.1f} {y(least):.1f}V{y(most):.1f}" stroke="#2f6fde" stroke-width="1.5"/>')
        out.append(f'<circle cx="{x(n):.1f}" cy="{y(cost):.1f}" r="3.5" fill="#2f6fde"/>')
    return "\n".join([*out, "</svg>"]) + "\n"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")
