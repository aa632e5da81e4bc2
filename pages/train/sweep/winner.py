"""The best network of a sweep: how accurate it is, of how many it is the best, and how much of that was luck."""

import streamlit as st

from digits.sweeps import result
from digits.sweeps.store import Sweep
from digits.sweeps.trial import Trial
from pages.shared import links
from pages.shared.glossary import linked


def show(sweep: Sweep, trials: list[Trial], best: Trial | None) -> None:
    """Show the best so far, and at the end the winner with what to do next."""
    if best is None:
        return
    found = result.winner(sweep, trials) if sweep.state.is_final else None
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if found and found["test"]:
            st.metric("Test accuracy", f"{found['test']['accuracy']:.1%}", width="content", help=found["test"]["title"])
        label = "Validation accuracy" if found else "Best so far"
        st.metric(label, f"{best.val_accuracy:.1%}", width="content", help=linked("On the validation digits."))
        with st.container(width="stretch"):
            st.markdown(_sentence(best, found))
            if found and best.run:
                with st.container(horizontal=True):
                    _next_steps(best, found)


def _sentence(best: Trial, found: dict | None) -> str:
    if not found:
        return f"Trial {best.number} leads."
    text = (
        f"Trial {best.number} is the best of {found['of']:,} on the validation digits. Its validation accuracy is a "
        "little too good, because luck helps the best of many."
    )
    spread, tested = found["seeds"]["val_accuracy"], found["seeds"]["test_accuracy"]
    if spread:
        text += f" With {spread['n']} fresh seeds, these settings reach {spread['mean']:.1%} ± {spread['sd']:.1%} there"
        text += f", and {tested['mean']:.1%} ± {tested['sd']:.1%} on the test digits." if tested else "."
    return text


def _next_steps(best: Trial, found: dict) -> None:
    links.to_model(best.run)
    if seeds := found["seeds"]["runs"]:
        st.page_link(
            "pages/compare/page.py", label="Compare its seeds", icon=":material/compare_arrows:",
            query_params={"compare": ",".join([best.run, *seeds][:6])},
        )  # fmt: skip
