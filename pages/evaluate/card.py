"""The score card as a table, to be copied or downloaded."""

import json

import streamlit as st

from digits.evaluation.score_card import as_markdown, lines, without_markdown


def show(scores: dict, *, file_name: str) -> None:
    """Show the card from `digits.evaluation.score_card`. file_name: of the downloads, without an ending."""
    st.table(
        [{"Score": what, "Value": without_markdown(value)} for what, value in lines(scores).items()],
        border="horizontal", hide_index=True, hide_header=True, alt="The score card: what was measured, and its value",
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
