"""One digit of a test set: its label, the prediction with ten probabilities, and the most similar training digits."""

from collections import Counter

import numpy as np
import streamlit as st

from digits.data.splits import take
from digits.evaluation import features
from digits.evaluation.label_errors import raters_label
from digits.evaluation.test_sets import TestSet
from digits.figures.images import gallery
from digits.lessons.checks import CONFIDENT
from digits.runs.run import Run
from pages.evaluate import choice
from pages.shared import background, cache, lesson, shortcuts
from pages.shared.charts import chart, probability_bars
from pages.shared.errors import told
from pages.shared.glossary import linked
from pages.shared.picture import show_enlarged
from pages.shared.prepare import prepared
from pages.shared.text import percent

NUM_NEAREST = 16
WHY = (
    "Which training digits look similar to this network? It has to compute the features of all of them once. A large "
    "network takes half a minute."
)
AMONG_SAMPLE = (
    "These are among the sample's 5,000 digits. All of them are MNIST training digits, from which this model learned."
)


def show(
    run: Run, chosen: TestSet, found: np.ndarray, index: int, image: np.ndarray, label: int, probabilities: np.ndarray
) -> None:
    """Show the digit at `index`; previous and next go through the indices `found`.

    image: (28, 28) uint8; probabilities: (10,).
    """
    _steps(found, index)
    predicted = int(probabilities.argmax())
    confidence = float(probabilities[predicted])
    if predicted != label and confidence > CONFIDENT and run.settings.architecture == "linear":
        lesson.note("confident_mistake", index=index, label=label, predicted=predicted, confidence=confidence)
    picture, words = st.columns([2, 3])
    with picture:
        show_enlarged(image, 7, alt=f"A handwritten digit with label {label}, prediction {predicted}")
    with words:
        st.markdown(f"## Digit {index:,} of the test set")
        st.markdown(
            f"Label: **{label}**.  \nPrediction: **{predicted}**, {percent(probabilities[predicted])} confidence."
        )
        if chosen.name == "official" and (other := raters_label(index)):
            st.warning(f"This label is doubtful: five raters read {other}.", icon=":material/flag:")
        st.page_link(
            "pages/draw/page.py", label="Draw one like it", icon=":material/draw:",
            query_params={"model": run.id, "practice": f"{chosen.source}-{chosen.name}-{index}"},
        )  # fmt: skip
    probability_bars(probabilities, highlight=predicted, height=180)
    _nearest(run, image)


def _steps(found: np.ndarray, index: int) -> None:
    """Show the buttons for previous, next, and back to the sheet."""
    place = np.flatnonzero(found == index)
    here = int(place[0]) if len(place) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        page = 1 if here is None else 1 + here // choice.PER_PAGE
        st.button(
            "Back", icon=":material/grid_view:", shortcut=shortcuts.letter("B"), on_click=choice.back, args=(page,)
        )
        if here is not None:
            for name, icon, shortcut, target in (
                ("Previous", "chevron_left", "P", here - 1),
                ("Next", "chevron_right", "N", (here + 1) % len(found)),
            ):
                st.button(
                    name, icon=f":material/{icon}:", shortcut=shortcuts.letter(shortcut), on_click=choice.open_digit,
                    args=(int(found[target]),), disabled=len(found) < 2,
                )  # fmt: skip
            st.caption(f"{here + 1:,} of {len(found):,}")
        shortcuts.offer()


def _nearest(run: Run, image: np.ndarray) -> None:
    """Show the training digits with the most similar features; offer to compute these."""
    part = features.learned_part(run)
    st.markdown(
        "**Most similar training digits**",
        help=linked(
            "Similar for this network: the outputs of its last hidden layer, the features, point in the most similar "
            "directions (cosine)."
        ),
    )
    if part == features.SAMPLE:
        st.caption(AMONG_SAMPLE)
    with told():
        among = cache.part_features(run, part)
        source, indices = features.part(run, part)
        if among is None:
            prepared(source)
            background.offer(
                "features", run.id, part, why=WHY, action="Find similar training digits", icon=":material/search:"
            )
            return
        here = cache.activations(run).features(image[np.newaxis])[0]
        images, labels = take(cache.dataset(source), indices)
    found, cosines = features.nearest(among, here, NUM_NEAREST)
    titles = [
        f"training digit {indices[place]:,}: a {labels[place]}, cosine {cosine:.3f}"
        for place, cosine in zip(found.tolist(), cosines, strict=True)
    ]
    captions = [str(labels[place]) for place in found]
    chart(gallery(images[found], titles, captions=captions), key="evaluate_nearest", alt="; ".join(titles))
    counted = Counter(labels[found].tolist()).most_common()
    st.caption(", ".join(f"{count} are {digit}s" if count > 1 else f"1 is a {digit}" for digit, count in counted) + ".")
