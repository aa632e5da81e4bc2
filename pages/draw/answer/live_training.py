"""How a model in training predicts the drawing after every epoch: the digit, ten bars and a curve along the epochs.

After the training, a slider goes through the epochs.
"""

import numpy as np
import streamlit as st

from digits.figures.probabilities import along_epochs, bars
from digits.inference.preprocessing import to_mnist
from digits.runs import queue, runs
from digits.runs.run import Run
from pages.draw.canvas import canvas
from pages.shared import cache, pickers
from pages.shared.errors import told
from pages.shared.text import NOT_A_DIGIT, confidence_text

ASIDE = ":small[The model in training predicts your drawing after every epoch.]"
UNCALIBRATED = "Not calibrated yet: that is measured when the training ends."


def offer(place) -> Run | None:
    """Let the user choose a training, in `place`; one that is going on now is offered. None while none is chosen."""
    chosen = pickers.training(place, on_change=canvas.move_canvas)
    live = next((run for run in runs.all_runs() if not run.state.is_final), None)
    if chosen or live:
        with st.container(horizontal=True, vertical_alignment="center"):
            if chosen:
                st.button("Back to the models", icon=":material/close:", on_click=_follow, args=(None,))
                st.text(f"You follow {pickers.run_label(chosen)}.")
            else:
                st.button("Follow it", icon=":material/animation:", type="primary", on_click=_follow, args=(live.id,))
                st.text(f"{pickers.run_label(live)} is training just now.")
    return chosen


def show_drawing(run: Run, ink: np.ndarray, above, details) -> None:
    """Show in `details` how `run` predicts a drawing after its epochs, in `above` a note. ink: (H, W) uint8."""
    image = to_mnist(ink)
    above.markdown(ASIDE if cache.detector().accepts(image[np.newaxis])[0] else f"**{NOT_A_DIGIT}** {ASIDE}")
    with details:
        show(run, image)


def show(run: Run, picture: np.ndarray | None) -> None:
    """picture: (28, 28) uint8, what the network is to read; None while there is none.

    A fragment of its own, so that the canvas is left alone while epoch after epoch arrives.
    """
    live = not run.state.is_final
    st.fragment(_panel, run_every="1s" if live else None)(run, live, picture)


def _panel(run: Run, was_live: bool, picture: np.ndarray | None) -> None:
    with told():
        queue.advance()  # a worker that was killed started nobody
    status = run.status()
    live = not status["state"].is_final
    if was_live and not live:
        st.rerun()  # for the slider, and so that nothing is asked any more
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(status["state"], color="blue" if live else "gray")
        st.page_link(
            "pages/train/page.py", label="The curves of this training", icon=":material/show_chart:",
            query_params={"train_view": "Watch", "run": run.id},
        )  # fmt: skip
    if status["error"]:
        st.error(status["error"], icon=":material/error:")
    answers = cache.along_epochs(run, np.zeros((28, 28), np.uint8) if picture is None else picture)
    if not answers:
        what = f"{status['phase'] or 'Waiting'}… The ten bars come with the network." if live else "It kept no epochs."
        st.info(what, icon=":material/hourglass_top:" if live else ":material/info:")
        return
    epochs = list(answers)
    epoch = epochs[-1] if live or len(epochs) == 1 else _scrub(run, epochs)
    if picture is None:
        st.markdown(f"It is at epoch **{epochs[-1]} of {run.num_epochs}**. Draw a digit to see what it makes of it.")
        return
    _answer(epoch, answers[epoch])
    st.plotly_chart(
        along_epochs(epochs, np.stack(list(answers.values())), epoch, total_epochs=max(run.num_epochs, epochs[-1])),
        key="draw_along",
        config={"displayModeBar": False},
        alt="; ".join(f"after epoch {number}: {row.argmax()}, {row.max():.0%}" for number, row in answers.items()),
    )


def _scrub(run: Run, epochs: list[int]) -> int:
    key = f"draw_epoch_{run.id}"
    if st.session_state.get(key) not in epochs:
        st.session_state[key] = epochs[-1]
    return st.select_slider("Epoch", epochs, key=key, help="0 is the network before it has learned anything.")


def _answer(epoch: int, probabilities: np.ndarray) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric(f"After epoch {epoch}" if epoch else "Before training", probabilities.argmax(), width="content")
        st.caption(confidence_text(probabilities), help=UNCALIBRATED)
    st.plotly_chart(
        bars(probabilities, highlight=int(probabilities.argmax()), height=220),
        key="draw_follow_bars",
        config={"displayModeBar": False},
        alt="; ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(probabilities)),
    )


def _follow(run_id: str | None) -> None:
    st.session_state["follow"] = run_id
    canvas.move_canvas()
