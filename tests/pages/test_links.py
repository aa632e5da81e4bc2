"""Choices that are links, whatever these carry."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import HOSTILE

NUMBERS = ["99999", "-1", "", "1e400", "inf", "nan", "9" * 400, "3.7", "٣", "0x1", " 1"]


def script():
    import streamlit as st

    from pages.shared import links

    links.follow("colour", "page_colour", ["red", "green"], "red")
    st.segmented_control("Colour", ["red", "green"], required=True, key="page_colour")
    links.follow("place", "page_place", range(st.session_state.get("count", 100)), 0)
    st.number_input("Place", 0, 99, step=1, key="page_place")
    links.follow("digit", "page_digit", range(10))
    st.pills("Digit", range(10), key="page_digit")


def opened(**link):
    page = AppTest.from_function(script)
    for name, value in link.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def chosen(page):
    return tuple(page.session_state[f"page_{name}"] for name in ("colour", "place", "digit"))


def test_a_link_chooses_what_it_names():
    page = opened(colour="green", place="42", digit="7")
    assert chosen(page) == ("green", 42, 7)
    assert page.segmented_control(key="page_colour").value == "green"
    assert page.number_input(key="page_place").value == 42
    assert page.pills(key="page_digit").value == 7


def test_without_a_link_the_defaults_are_chosen_and_not_in_the_address():
    page = opened()
    assert chosen(page) == ("red", 0, None)
    assert not page.warning
    assert not page.query_params


@pytest.mark.parametrize("text", [*HOSTILE, *NUMBERS])
def test_a_link_with_anything_else_is_forgotten(text):
    page = opened(colour=text, place=text, digit=text)
    assert chosen(page) == ("red", 0, None)
    assert not page.query_params


def test_what_is_chosen_on_the_page_is_in_the_address_and_stays_chosen():
    page = opened(colour="green", digit="7")
    page.pills(key="page_digit").set_value(3).run()
    page.number_input(key="page_place").set_value(5).run()
    assert chosen(page) == ("green", 5, 3)
    assert (page.query_params["digit"], page.query_params["place"]) == ("3", "5")
    page.segmented_control(key="page_colour").set_value("red").run()
    assert "colour" not in page.query_params


def test_another_link_counts_also_later():
    page = opened(digit="7")
    page.query_params["digit"] = "2"
    page.run()
    assert chosen(page)[2] == 2
    del page.query_params["digit"]
    page.run()
    assert chosen(page)[2] is None


def test_a_choice_that_is_no_longer_among_the_options_becomes_the_default():
    page = opened(place="42")
    page.session_state["count"] = 40
    page.run()
    assert not page.exception
    assert chosen(page)[1] == 0
    assert "place" not in page.query_params
