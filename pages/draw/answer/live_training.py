"""How a network in training predicts the drawing, epoch after epoch, with a slider over the epochs at its end.

It looks for a new epoch every second.
"""

import numpy as np
import streamlit as st

from digits.figures.probabilities import along_epochs
from digits.inference.preprocessing import to_mnist
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from pages.draw.canvas import canvas
from pages.shared import cache, pickers, table
from pages.shared.charts import chart, probability_bars
from pages.shared.errors import told
from pages.shared.glossary import linked
from pages.shared.text import NOT_A_DIGIT, confidence_text, percent
from pages.shared.visitor import owners

ASIDE = ":small[See below what this network predicts after every epoch.]"
UNCALIBRATED = "Not calibrated. Only the model at the end of a training is."


def offer(place) -> Run | None:
    """Let the user choose a training, in `place`; one in the queue or at work is offered. None if none is chosen."""
    chosen = pickers.training(place, on_change=canvas.move_canvas)
    if chosen:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Back to the models", icon=":material/close:", on_click=_follow, args=(None,))
            st.text(f"Following {pickers.run_label(chosen)}")
    elif live := min(runs.active(owners()), key=lambda run: run.state != RunState.RUNNING, default=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Follow it", icon=":material/animation:", type="primary", on_click=_follow, args=(live.id,))
            st.text(f"{pickers.run_label(live)} is {live.state}.")
    return chosen


def show_drawing(run: Run, ink: np.ndarray, above, details) -> None:
    """Show in `details` how `run` predicts a drawing after its epochs, in `above` a note. ink: (H, W) uint8."""
    image = to_mnist(ink)
    above.markdown(ASIDE if cache.detector().accepts(image[np.newaxis])[0] else f"**{NOT_A_DIGIT}** {ASIDE}")
    with details:
        show(run, image)


def show(run: Run, image: np.ndarray | None) -> None:
    """Show how `run` predicts an image, (28, 28) uint8; without one, how far the training is.

    A fragment of its own, so that new epochs leave the canvas alone.
    """
    live = not run.state.is_final
    st.fragment(_panel, run_every="1s" if live else None)(run.id, live, image)


def _panel(run_id: str, was_live: bool, image: np.ndarray | None) -> None:
    with told():
        run = runs.get(run_id)  # which somebody may have deleted
    live = not run.state.is_final
    if was_live and not live:
        st.rerun()  # for the slider, and to look no more
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(run.state.capitalize(), color="blue" if live else "gray")
        st.page_link(
            "pages/train/page.py", label="The curves of this training", icon=":material/show_chart:",
            query_params={"train_view": "Watch", "run": run.id},
        )  # fmt: skip
    if run.cause:
        st.error(run.cause, icon=":material/error:")
    predicted = cache.along_epochs(run, np.zeros((28, 28), np.uint8) if image is None else image)
    if not predicted:
        _explain(run)
        return
    epochs = list(predicted)
    epoch = epochs[-1] if live or len(epochs) == 1 else _choose_epoch(run, epochs)
    if image is None:
        st.markdown(f"Epoch **{epochs[-1]} of {run.num_epochs}**. Draw a digit to see what the network predicts.")
        return
    _show_epoch(epoch, predicted[epoch])
    chart(
        along_epochs(epochs, np.stack(list(predicted.values())), epoch, total_epochs=max(run.num_epochs, epochs[-1])),
        key="draw_along",
        alt="; ".join(
            f"after epoch {number}: {row.argmax()}, {percent(row.max())}" for number, row in predicted.items()
        ),
    )
    st.caption(_since({number: int(row.argmax()) for number, row in predicted.items()}))
    table.behind(
        "draw_along",
        lambda: [
            {"Epoch": number} | {str(digit): round(float(value), 4) for digit, value in enumerate(row)}
            for number, row in predicted.items()
        ],
        about="The probability of each digit after each epoch",
    )


def _since(digits: dict[int, int]) -> str:
    """Return since which epoch the prediction has been what it is. digits: the prediction after each epoch."""
    *_, last = digits.values()
    others = [epoch for epoch, digit in digits.items() if digit != last]
    if not others:
        return f"It has predicted {last} from the start."
    return f"It has predicted {last} since epoch {min(epoch for epoch in digits if epoch > max(others))}."


def _explain(run: Run) -> None:
    """Explain why there is no epoch to show."""
    if run.state.is_final:
        st.info("This run has kept no epochs. Choose another one.", icon=":material/info:")
    else:
        doing = run.phase or "Waiting for its turn"
        st.info(f"{doing}… The predictions appear as soon as the network is built.", icon=":material/hourglass_top:")


def _choose_epoch(run: Run, epochs: list[int]) -> int:
    key = f"draw_epoch_{run.id}"
    if st.session_state.get(key) not in epochs:
        st.session_state[key] = epochs[-1]
    return st.select_slider("Epoch", epochs, key=key, help=linked("Epoch 0 is the network before the training."))


def _show_epoch(epoch: int, probabilities: np.ndarray) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric(f"After epoch {epoch}" if epoch else "Before training", probabilities.argmax(), width="content")
        st.caption(confidence_text(probabilities), help=linked(UNCALIBRATED))
    probability_bars(probabilities, highlight=int(probabilities.argmax()), height=220)


def _follow(run_id: str | None) -> None:
    st.session_state["follow"] = run_id
    canvas.move_canvas()
