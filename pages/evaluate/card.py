"""The score card as a table, to be copied or downloaded."""

import json

import streamlit as st

from digits.evaluation.score_card import as_markdown, lines


def show(scores: dict, *, file_name: str) -> None:
    """Show the card from `digits.evaluation.score_card`. file_name: of the downloads, without an ending."""
    # Not st.table: that shows Markdown, and what an imported run says of itself may be anything.
    st.dataframe(
        [{"": what, "Value": value} for what, value in lines(scores).items()],
        hide_index=True, height="content", alt="The score card: what was measured, and its value",
        column_config={"": st.column_config.TextColumn(width=220)},
    )  # fmt: skip
    markdown = as_markdown(scores)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Copy", icon=":material/content_copy:"):
            st.code(markdown, language=None, wrap_lines=True)
        st.download_button(
            "Download as Markdown", markdown, f"{file_name}.md", "text/markdown", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Download as JSON", json.dumps(scores, indent=2), f"{file_name}.json", "application/json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.page_link(
            "pages/compare/page.py", label="Compare with other runs", icon=":material/compare_arrows:",
            query_params={"compare": scores["run"]},
        )  # fmt: skip
