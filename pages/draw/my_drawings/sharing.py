"""Share drawings with one's class. Nobody but members of an open class sees these switches."""

import streamlit as st

from digits import classes
from digits.classes import Member
from digits.classroom import collection
from digits.drawings.drawing import Drawing
from digits.runs.run import Run
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.shared.visitor import owner

HELP = (
    "The others see it with your first name, and their networks may learn from it. You can take it back. A "
    "network that has learned from it keeps its copy until it is deleted."
)


def show_all(num_drawings: int) -> None:
    """Show how many drawings are shared, with a button to share all, and one to take all back."""
    if member := classes.member(owner()):
        num_shared = collection.num_shared(member.id)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Shared with the class: {num_shared:,} of {num_drawings:,}", width="content")
            _button("Share all", ":material/group_add:", member, True, disabled=num_shared == num_drawings)
            _button("Share none", ":material/group_remove:", member, False, disabled=not num_shared)


def show_one(drawing: Drawing) -> None:
    """Show the switch of one drawing."""
    if classes.member(owner()):
        key = f"draw_share_{drawing.id}"
        st.session_state[key] = collection.is_shared(drawing.owner, drawing.id)
        st.toggle(
            "Share with the class", key=key, help=linked(HELP),
            on_change=lambda: attempt(collection.share, drawing.owner, st.session_state[key], drawing.id),
        )  # fmt: skip


def offer_fine_tuning(parent: Run) -> None:
    """Offer to fine-tune a model with what the whole class shares."""
    if member := classes.member(owner()):
        of = classes.get(member.class_id)
        if count := len(collection.collected(of).ids):
            st.button(
                f"Fine-tune with the class' collection ({count:,})", icon=":material/groups:", key="draw_begin_class",
                on_click=attempt, args=(lambda: _begin(of, parent),),
            )  # fmt: skip


def _begin(of: classes.Class, parent: Run) -> None:
    st.session_state["draw_fine_tuned"] = collection.begin(of, parent, owner=owner()).id


def _button(label: str, icon: str, member: Member, shared: bool, *, disabled: bool) -> None:
    st.button(
        label, icon=icon, key=f"draw_share_all_{shared}", on_click=attempt, disabled=disabled,
        args=(collection.share, member.id, shared),
    )  # fmt: skip
