"""What can be done with a run that has ended: continue it, compare it, and in one menu name, download or delete it."""

import json

import streamlit as st

from digits import permissions
from digits.notebooks import programs
from digits.permissions import Action
from digits.runs import store as runs
from digits.runs.run import MAX_EPOCHS, MAX_TAGS, Run, RunState
from pages.shared import code, exports
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.shared.text import counted
from pages.train import run_status

MODEL_FILES = {"model.keras": "Keras model", "model.tflite": "LiteRT model, for phones and OpenCV"}


def show(run: Run) -> None:
    """Show a row of actions. Nothing is deleted without a second click."""
    may_change = not run.is_starter and permissions.may(Action.ANNOTATE, run.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        if may_change:
            _continue(run)
        with st.popover("Manage run", icon=":material/more_horiz:"):
            if may_change:
                _annotate(run)
            _downloads(run)
            if may_change:
                with st.expander("Delete", icon=":material/delete:"):
                    st.markdown("Delete this run with its model and its curves? You cannot undo this.")
                    st.button("Delete run", type="primary", on_click=attempt, args=(_delete, run))
        if run.model:
            st.page_link(
                "pages/compare/page.py", label="Compare", icon=":material/compare_arrows:",
                query_params={"compare": run.id},
            )  # fmt: skip
    exports.show(run)
    if not run.settings.parent and not run.settings.members:
        code.show(programs.train, run.trained_with)


def _delete(run: Run) -> None:
    runs.delete(run.id)
    st.session_state.pop("run", None)
    st.query_params.pop("run", None)


def _downloads(run: Run) -> None:
    described = {"run": run.id, "settings": run.settings.as_dict(), "epochs": runs.epochs(run.id)}
    for name, what in MODEL_FILES.items() if run.model else ():
        st.download_button(
            f"{what} ({name})",
            data=lambda name=name: run.model.file(name).read_bytes(),
            file_name=f"{run.id}-{name}",
            icon=":material/download:",
            on_click="ignore",
            key=f"train_download_{name}",
        )
    st.download_button(
        "Settings and curves (JSON)",
        data=json.dumps(described, indent=2),
        file_name=f"{run.id}.json",
        icon=":material/download:",
        on_click="ignore",
        key="train_download_json",
    )


def _continue(run: Run) -> None:
    if run.settings.members:  # not trained: only what was interrupted is left to be done
        if run.state != RunState.DONE and not run.lacks_evaluation:
            st.button("Continue", icon=":material/play_arrow:", on_click=attempt, args=(run_status.resume, run))
        return
    # Without more epochs, a run that lacks its evaluation would only be evaluated.
    least = run.num_epochs + (run.state == RunState.DONE or run.lacks_evaluation)
    if least > MAX_EPOCHS:
        return
    key = f"train_last_epoch_{run.id}_{least}"
    with st.popover("Continue", icon=":material/play_arrow:"):
        stays = " The present model stays in use until the new one is ready." if run.model else ""
        st.markdown(
            f"{run.epochs_done} of {counted(run.num_epochs, 'epoch')} are done. The training continues from its last "
            f"checkpoint.{stays}"
        )
        st.number_input(
            "Last epoch", least, MAX_EPOCHS, value=least, key=key,
            help=linked("The epochs after those of a one-cycle schedule learn at a tenth of its highest rate."),
        )  # fmt: skip
        st.button(
            "Continue training", type="primary", on_click=lambda: attempt(run_status.resume, run, st.session_state[key])
        )


def _annotate(run: Run) -> None:
    name, notes, tags = (f"train_{what}_{run.id}" for what in ("name", "notes", "tags"))

    def save() -> None:
        runs.rename(run.id, st.session_state[name])
        runs.annotate(run.id, st.session_state[notes], st.session_state[tags].split(","))

    st.text_input("Name", value=run.name, max_chars=80, key=name)
    st.text_area("Notes", value=run.notes, max_chars=500, key=notes)
    st.text_input("Tags", value=", ".join(run.tags), key=tags, help=f"At most {MAX_TAGS}, separated by commas.")
    st.button("Save", icon=":material/save:", on_click=attempt, args=(save,))
