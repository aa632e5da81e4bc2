"""The table of all runs, a page at a time. Ticks choose what is compared; those on its other pages stay."""

from contextlib import suppress

import streamlit as st

from digits.errors import UnknownRun
from digits.runs import starter
from digits.runs import store as runs
from digits.runs.run import Run
from pages.compare import join
from pages.compare.rows import table_rows
from pages.shared import paging
from pages.shared.pickers import run_label
from pages.shared.visitor import owners, sees

MOST = 6  # runs that are compared
PER_PAGE = 50
WIDTHS = {"95% interval": 140, "Test set": 190}  # px


def choose() -> list[Run]:
    """Let the user choose among all runs; returns the chosen ones in the order of their ticks."""
    chosen = _chosen()
    if shown := _page():
        _table(shown)
    else:
        st.info("No run contains this text.", icon=":material/info:")
    if chosen:
        elsewhere = len({run.id for run in chosen} - {run.id for run in shown})
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Untick all", icon=":material/remove_done:", key="compare_none", on_click=_untick)
            join.offer(chosen)
            st.caption(
                f"{len(chosen)} of at most {MOST} ticked"
                + (f", {elsewhere} of them not on this page of the table." if elsewhere else ".")
            )
    join.show(MOST)
    return chosen


def _chosen() -> list[Run]:
    """Return the chosen runs: those of a link that somebody has just followed, else those chosen here."""
    linked, known = st.query_params.get("compare", ""), st.session_state.get("compare_runs")
    is_new = linked and (known is None or linked != st.session_state.get("compare_linked"))
    wanted = list(dict.fromkeys(linked.split(",")))[:MOST] if is_new else known or []
    found = []
    for run_id in wanted:
        with suppress(UnknownRun):
            run = runs.get(run_id)
            found += [run] if sees(run.owner) else []
    if is_new and len(found) < len(wanted):
        # Without repeating it: a link may carry anything.
        st.warning("The link names a run that is not here. It is left out.", icon=":material/warning:")
    st.session_state["compare_runs"] = [run.id for run in found]
    st.session_state["compare_linked"] = text = ",".join(st.session_state["compare_runs"])
    if not text:
        st.query_params.pop("compare", None)
    elif text != linked:
        st.query_params["compare"] = text
    return found


def _page() -> list[Run]:
    """Let the user search and turn the page; returns the runs of that page, on the last one also the starter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Find a run", key="compare_search", max_chars=80, placeholder="Name, number, tag, note or network",
            icon=":material/search:", on_change=paging.back, args=("compare_page",), width=320,
        ).strip()  # fmt: skip
        count = runs.count(search, owners())
        part = paging.turn(count, PER_PAGE, "compare_page")
    shown = runs.page(PER_PAGE, part.start, search, owners())
    if part.stop >= count and search.lower() in run_label(starter.run()).lower():
        shown.append(starter.run())
    return shown


def _table(shown: list[Run]) -> None:
    ids = [run.id for run in shown]
    rows = [row for row, run_id in enumerate(ids) if run_id in st.session_state["compare_runs"]]
    if sorted(st.session_state.get("compare_table", {}).get("selection", {}).get("rows", [])) != rows:
        st.session_state["compare_table"] = {"selection": {"rows": rows}}
    formats = {"Test accuracy": "%.2f%%", "Parameters": "localized", "Seconds": "%.1f"}
    columns = {name: st.column_config.NumberColumn(format=text) for name, text in formats.items()}
    # The newest runs, by which a browser measures a column, often have nothing there yet.
    columns |= {name: st.column_config.TextColumn(width=width) for name, width in WIDTHS.items()}
    columns["Created"] = st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")
    st.dataframe(
        table_rows(shown), hide_index=True, height=min(36 + 35 * len(ids), 400), column_config=columns,
        key="compare_table", placeholder="", on_select=lambda: _select(ids), selection_mode="multi-row",
        alt="Runs with their test accuracy, parameters, seconds and date",
    )  # fmt: skip


def _untick() -> None:
    st.session_state["compare_runs"] = []


def _select(ids: list[str]) -> None:
    """Compare what is ticked in the table, whose rows have these ids, and on its other pages; earlier ticks first."""
    rows = st.session_state["compare_table"]["selection"]["rows"]
    ticked = [ids[row] for row in rows if row < len(ids)]
    kept = [run_id for run_id in st.session_state["compare_runs"] if run_id not in ids or run_id in ticked]
    st.session_state["compare_runs"] = [*kept, *(run_id for run_id in ticked if run_id not in kept)][:MOST]
