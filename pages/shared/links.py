"""Choices on a page that are in its address, too: `?NAME=VALUE`, whatever a link carries.

Not Streamlit's `bind="query-params"`, which ties the name to the widget's key and raises on values it does not know.
"""

import re
from collections.abc import Collection, Mapping
from types import ModuleType

import streamlit as st

from pages.shared.errors import told
from pages.shared.glossary import linked

SHOW_TAB = """<script>  // OPEN
setTimeout(() => {
  const tab = document.querySelector('.st-key-KEY [role="tab"][aria-selected="true"]');
  const row = tab?.closest('[role="tablist"]'), at = tab?.getBoundingClientRect();
  if (row) row.scrollLeft += at.left + at.width / 2 - innerWidth / 2;
}, 100)
</script>"""


def follow(
    name: str, key: str, options: Collection[str] | range, default: str | int | None = None, *, always: bool = False
) -> None:
    """Let the widget with this key and the address agree. Call it before the widget is made, and give that no default.

    The address counts when somebody has followed a link or gone back; otherwise the page does, and the address follows.
    options: what may be chosen; anything else, in a link or left from an earlier choice, becomes `default`.
    always: whether the default is in the address, too.
    """
    linked, known = st.query_params.get(name), f"{key}_linked"
    if key not in st.session_state or linked != st.session_state.get(known):
        st.session_state[key] = _read(linked, options)
    if st.session_state[key] not in options:
        st.session_state[key] = default
    value = st.session_state[key]
    text = None if value is None or (value == default and not always) else str(value)
    if text is None:
        st.query_params.pop(name, None)
    elif text != linked:
        st.query_params[name] = text
    st.session_state[known] = text


def choose(label: str, name: str, key: str, options: Mapping[str, str] | list[str], **how) -> str:
    """Let the user choose one of some options that is in the address, too; at first, the first one.

    options: what is in the address, with what people read where that differs. how: of st.segmented_control.
    """
    titles = options if isinstance(options, Mapping) else {}
    follow(name, key, options, next(iter(options)))
    how["help"] = linked(how.get("help"))
    return st.segmented_control(
        label, list(options), format_func=lambda option: titles.get(option, option), required=True, key=key, **how
    )


def to_model(run_id: str) -> None:
    """Show what to do with the model of a run: two links."""
    to_it = {"model": run_id}
    st.page_link("pages/draw/page.py", label="Draw with it", icon=":material/draw:", query_params=to_it)
    st.page_link("pages/evaluate/page.py", label="See its mistakes", icon=":material/search:", query_params=to_it)


def show_tabs(name: str, key: str, views: dict[str, ModuleType], *arguments) -> None:
    """Show the views as tabs that are in the address, too: `show(*arguments)` of the one that is open."""
    follow(name, key, views, next(iter(views)))
    for tab, view in zip(st.tabs(list(views), key=key, on_change="rerun"), views.values(), strict=True):
        if tab.open:
            with tab, told():
                view.show(*arguments)
    show_open_tab(key)


def show_open_tab(key: str) -> None:
    """Move a row of tabs so far that the open one is in sight: on a phone, one that a link opens may be outside.

    key: of the tabs and of what is open. The browser does it whenever another one is.
    """
    st.html(SHOW_TAB.replace("KEY", key).replace("OPEN", st.session_state[key]), unsafe_allow_javascript=True)


def _read(text: str | None, options: Collection[str] | range) -> str | int | None:
    if isinstance(options, range):
        return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else None
    return text
