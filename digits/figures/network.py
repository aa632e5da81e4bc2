"""The layers of a network as a picture, from the pixels at the top down to the ten digits.

HTML with drawings in SVG, not a Plotly figure: beside each drawing stands text, which wraps on a phone.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from digits.figures.theme import DIGITS

WIDTH, HEIGHT = 132, 56  # px of a drawing
INK = DIGITS[0]
MOST = 10  # units that are drawn; of more, the first and the last ones with dots between them
STYLE = """<style>
.network > div { display: flex; align-items: center; gap: 1rem; padding: 0.2rem 0 }
.network > div + div { border-top: 1px dashed color-mix(in srgb, currentColor 25%, transparent) }
.network img { flex: none; max-width: 35% }
.network small { opacity: 0.85 }
</style>"""


@dataclass(frozen=True)
class Stage:
    """One step of a network: its output, and how it is computed."""

    shape: tuple[int, ...]
    """Of the output: (h, w, maps), or (units,)."""
    title: str
    notes: Sequence[str] = ()


def network(stages: Sequence[Stage]) -> str:
    """Return the picture of a network, a line for each stage. The last one has an output for each digit."""
    lines = []
    for stage in stages:
        is_last = stage is stages[-1]
        drawing = _maps(*stage.shape) if len(stage.shape) == 3 else _units(*stage.shape, named=is_last)
        notes = " · ".join(escape(note) for note in stage.notes)
        text = f"<strong>{escape(stage.title)}</strong><br><small>{notes}</small>"
        lines.append(f'<div role="listitem">{_image(drawing)}<div>{text}</div></div>')
    return f'{STYLE}<div class="network" role="list" aria-label="The layers of the network">{"".join(lines)}</div>'


def _image(drawing: str) -> str:
    """Return an SVG as an image: Streamlit lets no <svg> through."""
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {HEIGHT}">{drawing}</svg>'
    return f'<img alt="" {size} src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'


def _maps(height: int, width: int, count: int) -> str:
    """Return some of the maps, one behind the other, as large as they are in pixels."""
    shown, side = min(count, 5), 12 + 30 * width / 28
    left, top = (WIDTH - side - 8 * (shown - 1)) / 2, (HEIGHT - side - 2 * (shown - 1)) / 2
    return "".join(
        f'<rect x="{left + 8 * place:.1f}" y="{top + 2 * place:.1f}" width="{side:.1f}" height="{side:.1f}" rx="2" '
        f'fill="{INK}" fill-opacity="{0.35 if place < shown - 1 else 0.85}" stroke="{INK}"/>'
        for place in range(shown)
    )


def _units(count: int, *, named: bool) -> str:
    """Return units as circles in a row, of many the first and the last; the ten digits in theirs."""
    shown = min(count, MOST)
    pitch, middle = WIDTH / MOST, HEIGHT / 2
    left = (WIDTH - pitch * (shown - 1)) / 2
    parts = []
    for place in range(shown):
        x = left + pitch * place
        if count > MOST and place in (4, 5):  # left out
            parts.append(f'<circle cx="{x:.1f}" cy="{middle}" r="1.5" fill="{INK}"/>')
            continue
        parts.append(f'<circle cx="{x:.1f}" cy="{middle}" r="5.5" fill="{INK}" fill-opacity="0.85"/>')
        if named:
            place_at = f'x="{x:.1f}" y="{middle + 20}" text-anchor="middle"'
            parts.append(f'<text {place_at} font-size="11" font-family="sans-serif" fill="{INK}">{place}</text>')
    return "".join(parts)
