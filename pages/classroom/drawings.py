"""The class' collection as a wall of pictures."""

import streamlit as st

from digits.classes import Class
from digits.classroom import collection, overview
from pages.classroom import wall
from pages.shared import paging
from pages.shared.text import isolated

PER_PAGE = 150
EMPTY = "Nobody shares a drawing yet. Everybody can do so under **Draw**, *My drawings*."


@st.fragment(run_every="5s")
def show(of: Class) -> None:
    """Show the newest drawings first, with label and name."""
    found, names = collection.collected(of), overview.names(of)
    if not found.ids:
        st.info(EMPTY, icon=":material/info:")
        return
    st.caption(
        f"Drawings: {len(found.ids):,} · people: {len(set(found.owners))}. Below each: its label and who drew it."
    )
    shown = paging.turn(len(found.ids), PER_PAGE, "projector_wall_page")
    captions = [
        f"{label} · {isolated(names[owner])}"
        for label, owner in zip(found.labels[shown], found.owners[shown], strict=True)
    ]
    wall.show(found.images[shown], captions)
