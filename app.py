"""The frame around every page: `streamlit run app.py`."""

import streamlit as st

from pages.shared import classroom, joining_routes
from pages.shared.errors import show_error
from pages.shared.middleware import MIDDLEWARE, sessions
from pages.shared.server import believe_named_proxies, lifespan, service_routes

believe_named_proxies()

# Through an App, `streamlit run` imports this file once before the first visit, so that st.navigation is known by then.
# Without it Streamlit takes the folder pages/ for its old kind of pages until somebody has opened one, and greets the
# first deep link with "Page not found".
routes = [*joining_routes.routes(), *service_routes()]
app = st.App(__file__, lifespan=lifespan, routes=routes, middleware=MIDDLEWARE, on_script_error=show_error)

# What Streamlit does not do well, in the order of the rules: its primary buttons are white on the light blue of the
# dark theme, which nobody can read (a popover stands outside of what knows its scheme; whether its text is light says
# it); on a phone the last of ten pills is hidden, and where choices wrap, the one beside
# the chosen one lacks a side; a button to enlarge a picture covers what is above it; and columns that stand one below
# the other, on a phone, keep the wide gap that is between them on a screen.
STYLE = """<style>
[data-testid="stBaseButton-primary"]:not(:disabled) { color: light-dark(#ffffff, #101318); }
[data-testid="stPopoverBody"] [data-testid="stBaseButton-primary"]:not(:disabled) {
  color: oklch(from currentcolor calc((0.6 - l) * 1000) 0 0);
}
[data-testid="stButtonGroup"] > :is([role="radiogroup"], [role="toolbar"]) { flex-wrap: wrap; }
[data-variant="segmented_control"]:not([data-selected], :hover) {
  border-color: light-dark(#d9d4c7, #3a404c) !important;
}
[data-variant="segmented_control"][data-selected] { z-index: 1; }
[data-testid="stFullScreenFrame"]:has([data-testid="stImage"]) [data-testid="stElementToolbar"] { display: none; }
@media (max-width: 640px) { [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { row-gap: 1rem; } }
</style>"""
# On a phone Streamlit leaves its menu open, over the page that was chosen in it.
CLOSE_MENU = """<script>
window.menuCloses ??= !addEventListener("click", event => {
  if (innerWidth < 768 && event.target.closest?.('[data-testid="stSidebarNavLink"]'))
    document.querySelector('[data-testid="stSidebarCollapseButton"] button[aria-expanded="true"]')?.click()
})
</script>"""

PAGES = [
    ("home", "home", "What this is and where to begin."),
    ("explore", "grid_view", "Look at the handwritten digits, their labels, batches and splits."),
    ("train", "model_training", "Train a network and watch every epoch."),
    ("evaluate", "fact_check", "Evaluate a trained network on digits it has never seen."),
    ("compare", "compare_arrows", "Put trained networks side by side. Is the difference more than chance?"),
    ("draw", "draw", "Draw a digit and see the prediction with every stroke."),
    ("lesson", "school", "Six steps from pixels to predictions, each checked by what you do."),
    ("glossary", "dictionary", "Every term in a few sentences."),
]

st.set_page_config(page_title="Digits", page_icon="pages/shared/icon.png", layout="wide")
for_teachers = {"visibility": "visible" if classroom.taught() else "hidden"}
page = st.navigation(
    [
        # No section of their own: on a phone, Streamlit makes lists of sections that are no valid lists (axe: "list").
        *(
            st.Page(
                f"pages/{name}/page.py", title=name.capitalize(), icon=f":material/{icon}:", url_path=name,
                default=name == "home", help=about,
            )
            for name, icon, about in PAGES
        ),
        st.Page("pages/classroom/page.py", title="Class", url_path="class", visibility="hidden"),
        st.Page("pages/classroom/teacher.py", title="Teacher", icon=":material/supervisor_account:", **for_teachers),
        st.Page("pages/classroom/projector.py", title="Projector", icon=":material/cast:", **for_teachers),
    ],
    position="top",
)  # fmt: skip
if st.runtime.exists():  # a visit, not that import
    # For what the browser forgets while it shows another page: the ink on the canvas.
    st.session_state["page_is_new"] = is_new = st.session_state.get("page") != page.title
    st.session_state["page"] = page.title
    st.html(STYLE)
    sessions.claim()
    try:
        if classroom.lets_in(page.url_path):
            page.run()
    finally:  # a page may stop early, and who has closed it has no session state any more
        if is_new:
            st.html(CLOSE_MENU, unsafe_allow_javascript=True)
