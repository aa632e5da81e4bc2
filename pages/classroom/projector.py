"""Projector: what a whole class looks at together. It shows names only while the teacher does not hide them."""

import streamlit as st

from pages.classroom import accuracies, drawings, fine_tuning, misclassified
from pages.shared import links
from pages.shared.classroom import taught

VIEWS = {
    "Accuracies": accuracies,
    "Collection": drawings,
    "Misclassified": misclassified,
    "Fine-tuning": fine_tuning,
}

if found := taught():
    st.title("Our class", anchor=False)
    links.show_tabs("view", "projector_view", VIEWS, found)
else:
    st.title("Projector", anchor=False)
    st.info("This page is for the teacher of an open class.", icon=":material/info:")
