"""What the teacher does with all of a class: stop, clear, export."""

from datetime import UTC, datetime

import streamlit as st

from digits import tasks
from digits.classes import Class
from digits.classroom import closing, errands
from digits.tasks import TaskState
from pages.shared import background
from pages.shared.errors import attempt
from pages.shared.visitor import owner

WARNING = "It also stops their trainings. You cannot undo this. Export everything first to keep it."


def show(of: Class) -> None:
    """Show the buttons, and how far the worker is that does one of these."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop everything", icon=":material/stop:", key="class_stop_all", on_click=attempt, args=(errands.stop, of),
            help="Ends all that runs or waits for your pupils. What is trained stays.",
        )  # fmt: skip
        confirm_clearing(of, "all your pupils")
        _offer_removing_idle(of)
        _offer_export(of)
    for kind, part, done in ((errands.CLEAR, "", "Everything is cleared."), (errands.EXPORT, "", "")):
        show_errand(kind, of, part, done)


def confirm_clearing(of: Class, whose: str, pupil: str = "") -> None:
    """Offer to delete what one or all pupils made, with a second click. whose: whom the text names."""
    with st.popover("Clear" if pupil else "Clear everything", icon=":material/delete:"):
        st.markdown(f"Delete all runs, drawings and steps of the lesson of {whose}? {WARNING}")
        _begin("Delete it all", errands.CLEAR, of, pupil, key=f"class_clear_{pupil}", type="primary")


def confirm_removing(of: Class, pupil: str) -> None:
    """Offer to take a pupil out of the class, with a second click."""
    with st.popover("Remove", icon=":material/person_remove:"):
        st.markdown(f"Take this pupil out of the class, and delete all that they have made? {WARNING}")
        _begin("Remove from the class", errands.REMOVE, of, pupil, key=f"class_remove_{pupil}", type="primary")


def show_errand(kind: str, of: Class, part: str, done: str) -> None:
    """Show how far an errand is, or why it failed; once it is done, `done`."""
    task = tasks.find(kind, str(of.id), part)
    if task is None:
        return
    key = f"class_watched_{kind}_{part}"
    if not task.state.is_final:
        st.session_state[key] = True
        st.fragment(_watch, run_every="1s")(kind, str(of.id), part)
    elif st.session_state.get(key):
        if task.state == TaskState.DONE:
            if done:
                st.success(done, icon=":material/check_circle:")
        else:
            st.warning(task.cause or f"This was {task.state} early.", icon=":material/warning:")


def _watch(kind: str, subject: str, part: str) -> None:
    task = tasks.find(kind, subject, part)
    if task is None or task.state.is_final:
        st.rerun()
    background.show_progress(task)


def _offer_removing_idle(of: Class) -> None:
    num_idle = errands.num_idle(of)
    with st.popover("Remove idle pupils", icon=":material/group_remove:", disabled=not num_idle):
        st.markdown(
            f"Pupils without a run, a drawing or a step of the lesson: {num_idle}. Take them out of the class? They "
            "can join again unless you keep others out."
        )
        st.button(
            "Remove them", type="primary", key="class_remove_idle", on_click=attempt, args=(errands.remove_idle, of)
        )


def _offer_export(of: Class) -> None:
    file = closing.export_file(of)
    with st.popover("Export all", icon=":material/archive:"):
        st.markdown("One zip with a folder for each person, with their runs and drawings, and a list of all.")
        _begin(
            "Pack the zip", errands.EXPORT, of, key="class_export", icon=":material/package_2:",
            disabled=background.is_under_way(errands.EXPORT, str(of.id)),
        )  # fmt: skip
        if file.is_file():
            packed = file.stat()
            minutes = (datetime.now(UTC).timestamp() - packed.st_mtime) / 60
            st.download_button(
                f"Download ({max(packed.st_size / 1e6, 0.1):.1f} MB)", file.read_bytes, f"class-{of.code}.zip",
                "application/zip", icon=":material/download:", key="class_download", on_click="ignore",
            )  # fmt: skip
            st.caption(f"Packed {'just now' if minutes < 1 else f'{minutes:,.0f} min ago'}.")


def _begin(label: str, kind: str, of: Class, pupil: str = "", **options) -> None:
    st.button(label, on_click=attempt, args=(lambda: errands.begin(kind, of, pupil, owner=owner()),), **options)
