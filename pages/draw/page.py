"""Draw: a digit on a canvas, or a picture of one, read at every stroke."""

import streamlit as st

from digits.errors import BlankDrawing, DigitsError
from digits.inference.ink import steps, to_mnist
from digits.inference.several import separate, separate_strokes
from pages.draw import answer, follow, hood, like, mine, number, pad, recent, say, test_digit, the_way, upload, why
from pages.shared import cache, pick
from pages.shared.errors import told
from pages.shared.words import isolated

WAYS = {"Canvas": pad.ink, "Picture": upload.ink, "Test digit": test_digit.ink}
VERDICT_HEIGHT = 104  # px, reserved above the canvas, so that it stays where it is when the answer comes

if st.session_state.get("page_is_new"):
    pad.move_canvas()
head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
head.title("Draw", anchor=False, width="content")
followed = follow.offer(head)
if not followed:
    st.markdown("Draw a digit, as large as you like and wherever you like, or a number. It is read at every stroke.")
    with st.container(horizontal=True):
        run = pick.model()
        other = pick.other_model(run)
    with told():
        recognizer, gate = cache.recognizer(run), cache.gate()
    how_sure = answer.how_sure(run)
with st.container(horizontal=True, vertical_alignment="center"):
    source = st.segmented_control(
        "From", list(WAYS), default="Canvas", required=True, key="draw_from", label_visibility="collapsed",
        on_change=pad.move_canvas,
    )  # fmt: skip
    several = st.toggle(
        "Several digits", key="draw_several", persist_state="session",
        disabled=source == "Test digit" or followed is not None,
        help="Reads a number, such as 2047: its digits beside each other, with a gap between them.",
    )  # fmt: skip
st.html(pad.FIT)


@st.fragment
def read() -> None:
    """Canvas and answer in one fragment, so that a stroke reruns only them, and as little as can be."""
    if recent.has_grown():
        st.rerun()
    left, right = st.columns([5, 7], gap="large")
    with left:
        verdict = st.container(height=VERDICT_HEIGHT, border=False)
    if not followed:
        with right:
            like.show(recognizer)
    try:
        with left:
            ink = WAYS[source]()
        if followed:
            picture = to_mnist(ink)
            verdict.markdown(follow.aside(picture))
            with right:
                follow.show(followed, picture)
        elif several and source != "Test digit":
            canvas = source == "Canvas"
            parts = separate_strokes(pad.strokes(), (pad.SIDE, pad.SIDE)) if canvas else separate(ink)
            said, probability = number.show(ink, parts, recognizer, gate, verdict, right)
        else:
            way = steps(ink)
            seen, said, probability = answer.show(ink, way, recognizer, gate, how_sure, verdict, right)
            if source != "Test digit":  # whose label is known, and which no network may learn from
                with left:
                    say.show(ink, way.picture, pad.objects() if source == "Canvas" else [])
            with right:
                if other:
                    answer.compare(seen, isolated(other.name), cache.recognizer(other))
                why.show(seen, recognizer, pad.strokes() if source == "Canvas" else [], (pad.SIDE, pad.SIDE))
                hood.show(run, seen)
        if source == "Canvas" and not followed:
            recent.remember(pad.png(), said, probability)
    except BlankDrawing as advice:
        verdict.info(str(advice), icon=":material/draw:")
        with right:
            if followed:
                follow.show(followed, None)
            elif several:
                st.markdown(the_way.WAY)
            else:
                answer.wait()
    except DigitsError as error:
        verdict.error(str(error), icon=":material/error:")


read()
recent.show()
if not followed:
    mine.show(run, recognizer)
