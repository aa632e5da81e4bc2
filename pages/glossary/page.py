"""Glossary: every term in a few sentences, some with a picture to play with; each is a link, `?term=...`."""

import streamlit as st

from pages.glossary import figures
from pages.shared.errors import told
from pages.shared.glossary import ENTRIES, PARTS, Entry, named


def show(term: str, entry: Entry) -> None:
    """Show one entry with its picture."""
    with st.container(border=True, key="glossary_entry"):
        st.header(entry.title, anchor=False)
        words, picture = st.columns(2, gap="large") if entry.figure else (st.container(), None)
        with words:
            st.markdown(entry.text)
            if entry.source:
                st.caption(f"Source: {entry.source}.")
            with st.container(horizontal=True, vertical_alignment="center"):
                for other in named(entry.text):
                    if other != term:
                        _link(other)
        if picture:
            with picture, told():
                getattr(figures, entry.figure)()


def find(text: str) -> list[str]:
    """Return the terms that a search finds: those with it in their title or their words first, then in their text."""
    wanted = text.casefold()
    named = [term for term, entry in ENTRIES.items() if wanted in " ".join([entry.title, *entry.words]).casefold()]
    return named + [term for term, entry in ENTRIES.items() if term not in named and wanted in entry.text.casefold()]


def _link(term: str) -> None:
    st.page_link("pages/glossary/page.py", label=ENTRIES[term].title, query_params={"term": term})


st.title("Glossary", anchor=False)
search = st.text_input("Search", key="glossary_search", placeholder="for instance softmax", width=320)
term = st.query_params.get("term")
if search:
    found = find(search)
    if not found:
        st.info("No term fits. Try a shorter word.", icon=":material/search:")
    for one in found:
        with st.container():
            _link(one)
            st.markdown(ENTRIES[one].text)
elif term in ENTRIES:
    show(term, ENTRIES[term])
elif term:
    st.warning("The link names a term that is not here. Search for it, or choose one below.", icon=":material/warning:")
by_title = sorted(ENTRIES, key=lambda one: ENTRIES[one].title)
for part in PARTS:
    st.header(part, anchor=False)
    with st.grid("auto", min_column_width=280, gap="small"):
        for one in by_title:
            if ENTRIES[one].part == part:
                _link(one)
