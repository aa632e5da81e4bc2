"""What can be done with a run that has ended: use, let it go on, name, download, delete."""

import json

import streamlit as st

from digits.errors import DigitsError
from digits.networks.settings import SETTINGS
from digits.runs import queue, runs
from digits.runs.run import MAX_TAGS, Run, RunState
from digits.training import snapshots


def show(run: Run) -> None:
    """A row of actions; nothing is deleted without a second click."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.has_model:
            st.page_link("pages/evaluate/page.py", label="Evaluate", query_params={"model": run.id})
            st.page_link("pages/compare/page.py", label="Compare", query_params={"compare": run.id})
            st.page_link("pages/draw/page.py", label="Draw with it", query_params={"model": run.id})
            _downloads(run)
        if snapshots.files(run.path):
            st.page_link("pages/draw/page.py", label="Draw along its epochs", query_params={"follow": run.id})
        _go_on(run)
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", value=run.name, max_chars=80, key=f"train_name_{run.id}")
            st.button("Save the name", on_click=_rename, args=(run,))
        with st.popover("Notes", icon=":material/edit_note:"):
            st.text_area("Notes", value=run.notes, max_chars=500, key=f"train_notes_{run.id}")
            st.text_input(
                "Tags", value=", ".join(run.tags), key=f"train_tags_{run.id}", help=f"At most {MAX_TAGS}, with commas."
            )
            st.button("Save the notes", on_click=_annotate, args=(run,))
        offer_deletion(run)
    if problem := st.session_state.pop("train_manage_problem", None):
        st.error(problem, icon=":material/error:")
    with st.expander("Settings of this run"):
        st.json({"run": run.id, **run.config.as_dict(), "versions": run.status().get("versions")})
        st.caption("As a command: " + f"`{runs.command(run)}`")


def offer_deletion(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("Delete this run with its model and curves, for ever?")
        st.button("Delete for ever", type="primary", on_click=_delete, args=(run,))


def _go_on(run: Run) -> None:
    least = run.num_epochs + (run.state == RunState.DONE)
    most = SETTINGS["epochs"].maximum
    if least > most:
        return
    with st.popover("Go on", icon=":material/play_arrow:"):
        st.markdown(f"It goes on from its last checkpoint; {len(run.epochs())} of {run.num_epochs} epochs are done.")
        st.number_input(
            "Up to epoch", least, most, value=least, key=f"train_more_{run.id}_{least}",
            help="Epochs beyond the plan of a one-cycle schedule learn at a tenth of its highest rate.",
        )  # fmt: skip
        st.button("Go on training", type="primary", on_click=_resume, args=(run, f"train_more_{run.id}_{least}"))


def _resume(run: Run, key: str) -> None:
    def go_on() -> None:
        runs.resume(run, st.session_state[key])
        queue.start(run)

    _try(go_on)


def _downloads(run: Run) -> None:
    with st.popover("Download", icon=":material/download:"):
        for name, what in (("model.keras", "Keras model"), ("model.tflite", "LiteRT model, for phones and OpenCV")):
            st.download_button(
                f"{what} ({name})",
                data=lambda name=name: run.model_file(name).read_bytes(),
                file_name=f"{run.id}-{name}",
                on_click="ignore",
                key=f"train_download_{name}",
            )
        st.download_button(
            "Settings and curves (JSON)",
            data=json.dumps({"run": run.id, "config": run.config.as_dict(), "epochs": run.epochs()}, indent=2),
            file_name=f"{run.id}.json",
            on_click="ignore",
            key="train_download_json",
        )


def _rename(run: Run) -> None:
    _try(lambda: run.rename(st.session_state[f"train_name_{run.id}"]))


def _annotate(run: Run) -> None:
    tags = st.session_state[f"train_tags_{run.id}"].split(",")
    _try(lambda: run.annotate(st.session_state[f"train_notes_{run.id}"], tags))


def _delete(run: Run) -> None:
    _try(lambda: runs.delete(run))


def _try(action) -> None:
    try:
        action()
    except DigitsError as error:
        st.session_state["train_manage_problem"] = str(error)
