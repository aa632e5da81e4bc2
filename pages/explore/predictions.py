"""What a model predicts for digits that nobody has labelled, and the list of it, as Kaggle wants one."""

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.figures.images import gallery
from pages.explore.one_digit import open_digit
from pages.shared import cache, paging, pickers
from pages.shared.charts import chart
from pages.shared.glossary import linked
from pages.shared.text import counted, percent

PER_PAGE, PAGE = 64, "explore_predictions_page"


def show(dataset: Dataset, parts: Split) -> None:
    """Show the digits with their predictions, page by page, and offer them as a CSV file."""
    sheet, words = st.columns(2, gap="large")
    with words:
        run = pickers.model()
        probabilities = cache.predictions(run, dataset)
        predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
        digit = st.pills("Only predicted as", range(10), key="explore_predicted", on_change=paging.back, args=(PAGE,))
        among = np.argsort(confidence, kind="stable")
        among = among if digit is None else among[predicted[among] == digit]
        shown = among[paging.turn(len(among), PER_PAGE, PAGE)].tolist()
        st.caption(f"{counted(len(among), 'digit')}, the least confident first. Select one to open it.")
        st.download_button(
            "Download predictions", data=lambda: _csv(predicted), file_name="predictions.csv", mime="text/csv",
            icon=":material/download:", key="explore_predictions_csv", on_click="ignore",
            help=linked("A CSV file with the columns ImageId, from 1, and Label: what Kaggle expects of a submission."),
        )  # fmt: skip
    with sheet:
        if not shown:
            st.info(f"This model predicts no {digit} here.", icon=":material/info:")
            return
        titles = [f"index {index:,}: {predicted[index]}, {percent(confidence[index])} confidence" for index in shown]
        chart(
            gallery(dataset.images[shown], titles, captions=[str(predicted[index]) for index in shown]),
            key="explore_predictions",
            on_click=lambda point: open_digit(shown[point["point_index"]]),
            alt=f"{len(shown)} handwritten digits with their predictions below",
        )


def _csv(predicted: np.ndarray) -> str:
    return "ImageId,Label\n" + "".join(f"{number},{digit}\n" for number, digit in enumerate(predicted, start=1))
