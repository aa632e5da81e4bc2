"""A small component: the picture, on which a box is dragged with mouse, pen or finger, or moved by arrow keys."""

import math
from typing import Any

import streamlit as st

CROP = st.components.v2.component(
    "digits_crop",
    html="""<div tabindex="0" role="group"
 aria-label="Crop: arrow keys move a box, Shift with arrow keys resizes it, Enter crops">
<img draggable="false"><i></i><span role="status"></span></div>""",
    css="""
div { position: relative; touch-action: none; cursor: crosshair; line-height: 0; }
img { width: 100%; border-radius: var(--st-base-radius); user-select: none; }
div:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
i { position: absolute; display: none; border: 2px solid var(--st-primary-color); background: #4f75da33; }""",
    js="""
export default function ({ parentElement, data, setTriggerValue }) {
  const frame = parentElement.querySelector("div");
  const picture = frame.querySelector("img"), box = frame.querySelector("i"), status = frame.querySelector("span");
  picture.src = data.url;
  picture.alt = data.alt;
  box.style.display = "none";
  let start = null, typed = null;  // typed: the box of the keyboard; as the others: left, top, width, height
  const show = ([left, top, width, height]) => {
    [left, top, width, height] = [left, top, width, height].map((value) => 100 * value + "%");
    Object.assign(box.style, { display: "block", left, top, width, height });
  };
  const at = (event) => {
    const edge = picture.getBoundingClientRect();
    const inside = (value) => Math.min(1, Math.max(0, value));
    return [inside((event.clientX - edge.left) / edge.width), inside((event.clientY - edge.top) / edge.height)];
  };
  const between = (end) => [Math.min(start[0], end[0]), Math.min(start[1], end[1]),
                            Math.abs(start[0] - end[0]), Math.abs(start[1] - end[1])];
  frame.onpointerdown = (event) => { start = at(event); frame.setPointerCapture(event.pointerId); };
  frame.onpointermove = (event) => {
    if (start) show(between(at(event)));
  };
  frame.onpointerup = (event) => {
    if (!start) return;
    const found = between(at(event));
    start = null;
    if (found[2] > 0.02 && found[3] > 0.02) setTriggerValue("box", found);
    else box.style.display = "none";
  };
  frame.onpointercancel = () => { start = null; box.style.display = "none"; };
  frame.onkeydown = (event) => {
    const step = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] }[event.key];
    if (event.key === "Enter" && typed) setTriggerValue("box", typed);
    if (event.key === "Escape") { typed = null; box.style.display = "none"; }
    if (!step) return;
    event.preventDefault();
    typed ??= [0.25, 0.25, 0.5, 0.5];
    for (const side of [0, 1]) {
      const from = typed[side], length = typed[side + 2];
      if (event.shiftKey) typed[side + 2] = Math.min(1 - from, Math.max(0.04, length + step[side]));
      else typed[side] = Math.min(1 - length, Math.max(0, from + step[side]));
    }
    show(typed);
    status.textContent = ["left", "top", "width", "height"]
      .map((name, place) => `${name} ${Math.round(100 * typed[place])}%`).join(", ");
  };
}""",
)


def show(url: str, alt: str) -> tuple[float, float, float, float] | None:
    """Show the picture. Return the box that was just dragged: left, top, width, height as fractions, or None.

    url: a data URL.
    """
    dragged = CROP(key="draw_crop", data={"url": url, "alt": alt}, on_box_change=lambda: None).box
    return None if dragged is None else _box(dragged)


def _box(value: Any) -> tuple[float, float, float, float] | None:
    """Return the box that the browser sent, as fractions; None where it is none."""
    try:
        left, top, width, height = map(float, value)
    except (TypeError, ValueError):
        return None
    inside = all(map(math.isfinite, (left, top, width, height))) and left >= 0 and top >= 0
    if not inside or min(width, height) < 0.01 or left + width > 1.001 or top + height > 1.001:
        return None
    return left, top, width, height
