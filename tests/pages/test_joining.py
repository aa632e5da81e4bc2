"""Joining a class: the routes that make a browser another visitor's, and what the pages then show."""

from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from digits import classes, permissions
from digits.classes import keys
from digits.drawings import store as drawings
from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import store as runs
from pages.shared import joining, joining_routes, visitor
from pages.shared.middleware.cookie import VisitorCookie
from pages.shared.middleware.rates import Buckets, Rate
from tests.acting import acting_as
from tests.classes.things import a_drawing
from tests.pages.conftest import click, texts
from tests.pages.test_middleware import run


@pytest.fixture
def opened(digits_home, monkeypatch):
    """An open class with the PIN 123456."""
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    monkeypatch.setattr(joining, "_wrong", Buckets(joining.WRONG))
    return classes.create("7b", "123456")


class Browser:
    """Keeps its cookie, as a browser does."""

    def __init__(self, name="browser"):
        self.app = VisitorCookie(Starlette(routes=joining_routes.routes()))
        self.cookie = f"{visitor.COOKIE}={visitor.signed(name)}"
        self.status, self.place = 0, ""

    @property
    def visitor(self):
        return visitor.verified(self.cookie.partition("=")[2])

    def post(self, path, origin="http://localhost", **fields):
        return self.ask(path, "POST", urlencode(fields).encode(), [(b"origin", origin.encode())])

    def ask(self, path, method="GET", body=b"", more=()):
        messages = []
        headers = [(b"host", b"localhost"), (b"cookie", self.cookie.encode()), *more]
        scope = {
            "type": "http", "path": path, "method": method, "headers": headers, "client": ("10.0.0.1", 1),
            "query_string": b"", "scheme": "http",
        }  # fmt: skip

        async def receive():
            return {"type": "http.request", "body": body}

        async def send(message):
            messages.append(message)

        run(self.app(scope, receive, send))
        found = dict(messages[0]["headers"])
        self.status, self.place = messages[0]["status"], found.get(b"location", b"").decode()
        if b"set-cookie" in found:
            self.cookie = found[b"set-cookie"].decode().partition(";")[0]
        return self


def test_a_visitor_joins_as_who_they_are_and_comes_back_by_their_link(opened):
    browser = Browser().post("/class/join", code=opened.code.lower(), first_name="Anna")
    assert (browser.status, browser.place, browser.visitor) == (303, "../class", "browser")
    anna = classes.member("browser")
    assert (anna.first_name, anna.role) == ("Anna", "pupil")
    other = Browser()
    other.cookie = ""
    assert other.ask(f"/class/key/{anna.key}").place == "../../class" and other.visitor == "browser"


@pytest.mark.parametrize(("pin", "role"), [("123456", "teacher"), ("123457", None), ("", "pupil")])
def test_the_teacher_joins_with_the_pin(opened, pin, role):
    browser = Browser().post("/class/join", code=opened.code, first_name="Ms Lee", pin=pin)
    member = classes.member(browser.visitor)
    assert (member.role if member else None) == role
    assert ("PIN isn't right" in joining.problem("browser").text) == (role is None)


def test_a_teacher_who_lost_the_cookie_comes_back_with_name_and_pin(opened):
    classes.join(opened, "Ms Lee", "teacher", "teacher")
    classes.join(opened, "Anna", "anna")
    for name, pin in (("ms lee", ""), ("ms lee", "654321"), ("Anna", "123456")):
        assert Browser().post("/class/join", code=opened.code, first_name=name, pin=pin).visitor == "browser"
    assert Browser().post("/class/join", code=opened.code, first_name=" ms lee", pin="123456").visitor == "teacher"
    assert len(classes.members(opened)) == 2


def test_nobody_gets_another_s_space_by_typing_their_name(opened):
    classes.join(opened, "Anna", "anna")
    browser = Browser().post("/class/join", code=opened.code, first_name="anna")
    problem = joining.problem("browser")
    assert browser.visitor == "browser" and classes.member("browser") is None
    assert "Add a letter" in problem.text and (problem.code, problem.first_name) == (opened.code, "anna")
    assert joining.problem("browser").text == ""  # once


def test_a_device_is_left_to_the_next_child_and_a_new_class_begins_with_a_new_space(opened):
    browser = Browser().post("/class/join", code=opened.code, first_name="Anna")
    browser.post("/class/leave")
    assert browser.visitor not in ("", "browser") and classes.member(browser.visitor) is None
    back = Browser()
    classes.close(opened)
    again = classes.create("8a", "123456")
    back.post("/class/join", code=again.code, first_name="Bert")
    assert back.visitor != "browser" and classes.member(back.visitor).first_name == "Bert"


def test_a_link_of_somebody_else_takes_no_member_s_space_away(opened, open_page, be):
    classes.join(opened, "Anna", "anna")
    classes.join(opened, "Eve", "eve")
    browser = Browser("anna").ask(f"/class/key/{classes.member('eve').key}")
    assert browser.visitor == "anna"
    be("anna")
    assert "Leave on this device first" in texts(open_page("classroom"))
    assert browser.ask(f"/class/key/{classes.member('anna').key}").visitor == "anna"
    assert joining.problem("anna").text == ""


def test_the_class_is_joined_under_a_path_too(opened, monkeypatch):
    monkeypatch.setattr(joining_routes, "base_path", lambda: "/digits")
    monkeypatch.setattr(joining_routes, "routes", joining_routes.routes.__wrapped__)
    browser = Browser().post("/digits/class/join", code=opened.code, first_name="Anna")
    assert (browser.place, classes.member("browser").first_name) == ("../class", "Anna")
    assert Browser().post("/class/join", code=opened.code, first_name="Ben").status == 404


def test_a_form_of_another_site_is_refused(opened):
    for path in ("/class/join", "/class/leave"):
        for origin in ("http://evil.example", "null", "http://["):
            browser = Browser().post(path, origin=origin, code=opened.code, first_name="Anna")
            assert (browser.status, browser.visitor) == (403, "browser")
        browser.ask(path, "POST", b"", [(b"origin", b"http://localhost"), (b"sec-fetch-site", b"cross-site")])
        assert browser.status == 403
    assert classes.members(opened) == []


def test_where_people_log_in_a_cookie_joins_nothing(opened, monkeypatch):
    monkeypatch.setattr(joining_routes, "get_secrets_auth_section", lambda: {"client_id": "digits"})
    assert Browser().post("/class/join", code=opened.code, first_name="Anna").status == 403
    assert classes.members(opened) == []


def test_from_many_addresses_no_more_pins_of_a_class_are_tried(opened, monkeypatch):
    monkeypatch.setattr(joining, "_wrong", Buckets(Rate(per_second=0.001, burst=3)))
    tried = []
    monkeypatch.setattr(classes, "has_pin", lambda of, pin: tried.append(pin))
    for number in range(10):
        with pytest.raises(DigitsError, match="isn't right" if number < 3 else "Too many"):
            joining.join(f"10.0.0.{number}", opened.code.lower(), "Eve", str(number), "eve")
    assert len(tried) == 3
    assert joining.join("10.0.0.9", opened.code, "Anna", "", "anna")


def test_wrong_codes_pins_and_links_are_slowed_down_and_right_ones_cost_nothing(opened, monkeypatch):
    monkeypatch.setattr(joining, "_wrong", Buckets(Rate(per_second=0.001, burst=3)))
    for number in range(5):
        Browser(f"pupil{number}").post("/class/join", code=opened.code, first_name=f"Pupil {number}")
    assert len(classes.members(opened)) == 5
    browser = Browser()
    browser.post("/class/join", code="AAAAAA", first_name="Eve").post("/class/join", code=opened.code, pin="0000")
    assert "isn't right" in joining.problem("browser").text
    browser.ask("/class/key/nobody-1-0")
    assert "isn't valid" in joining.problem("browser").text
    key = classes.members(opened)[0].key
    for ask in (lambda: browser.post("/class/join", code=opened.code), lambda: browser.ask(f"/class/key/{key}")):
        ask()
        assert "Too many" in joining.problem("browser").text and browser.visitor == "browser"


@pytest.mark.parametrize("fields", [{}, {"code": "x" * 5000}, {"code": "\0", "first_name": "\u202e"}])
def test_a_form_with_anything_in_it_gets_a_sentence(opened, fields):
    browser = Browser().post("/class/join", **fields)
    assert browser.status == 303 and joining.problem("browser").text.endswith(".")


def test_a_proxy_says_who_somebody_is_where_its_header_is_believed(opened, monkeypatch):
    named = visitor.identity("proxy", "anna@school.example")
    header = [(b"origin", b"http://localhost"), (b"x-forwarded-user", b"anna@school.example")]
    body = urlencode({"code": opened.code, "first_name": "Anna"}).encode()
    Browser().ask("/class/join", "POST", body, header)
    assert classes.member(named) is None and classes.member("browser")  # nobody has asked to believe it
    classes.remove(classes.member("browser"))
    monkeypatch.setenv(visitor.USER_HEADER, "X-Forwarded-User")
    browser = Browser().ask("/class/join", "POST", body, header)
    assert classes.member(named).first_name == "Anna" and browser.visitor == "browser"  # its cookie stays as it was
    browser.ask("/class/leave", "POST", b"", header)
    assert browser.visitor == "browser"


def test_a_page_sees_the_proxy_s_visitor_instead_of_the_cookie_s(digits_home, monkeypatch):
    monkeypatch.setenv(visitor.USER_HEADER, "X-Forwarded-User")
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    cookie = f"other=1; {visitor.COOKIE}={visitor.signed('ada')}".encode()
    for kind in ("http", "websocket"):
        for header in ([(b"x-forwarded-user", b"anna")], []):
            scope = {"type": kind, "headers": [(b"cookie", cookie), *header]}
            run(VisitorCookie(app)(scope, None, None))
    named = visitor.identity("proxy", "anna")
    assert [scope["digits.visitor"] for scope in seen] == [named, "ada", named, "ada"]
    [sent] = [text for name, text in seen[2]["headers"] if name == b"cookie"]
    assert sent.decode() == f"other=1; {visitor.COOKIE}={visitor.signed(named)}"


@pytest.mark.parametrize(
    "sent", [["{good}; x[]=1; {bad}"], ["{good}; =1; {bad}"], ["{good}", "{bad}"], ["{bad}; {good}"], ["{bad}"]]
)
def test_no_cookie_makes_a_visitor_of_the_pages_somebody_else_than_the_middleware_s(digits_home, sent):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    both = {"good": f"{visitor.COOKIE}={visitor.signed('ada')}", "bad": f"{visitor.COOKIE}=forged.1"}
    headers = [(b"cookie", text.format(**both).encode()) for text in sent]
    run(VisitorCookie(app)({"type": "websocket", "headers": headers}, None, None))
    shown = HTTPConnection(seen[0]).cookies[visitor.COOKIE]  # as Streamlit reads it
    assert visitor.verified(shown) == seen[0]["digits.visitor"]


@pytest.fixture
def here(monkeypatch):
    """The pages are shown on the machine itself."""
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "headers", {})


@pytest.fixture
def be(monkeypatch):
    """be(visitor): the pages are shown to this visitor."""
    return lambda name: monkeypatch.setattr(visitor, "browser", lambda: name)


def test_who_has_logged_in_is_known_by_issuer_and_subject_instead_of_the_cookie(opened, open_page, be, monkeypatch):
    be("browser")
    user = {"is_logged_in": True, "iss": "https://id.example", "sub": "1", "given_name": "Anna"}
    monkeypatch.setattr(st, "user", SimpleNamespace(get=user.get))
    page = open_page("classroom")
    assert page.text_input[1].value == "Anna"
    page.text_input[0].input(opened.code)
    page = click(page, "Join")
    named = visitor.identity("https://id.example", "1")
    assert classes.member(named).first_name == "Anna" and "7b · Anna" in texts(page)
    user["is_logged_in"] = False
    page = open_page("classroom")
    assert "Join the class" in texts(page) and not page.text_input and page.button[0].label == "Log in"
    assert visitor.identity("https://other.example", "1") != named


def test_alone_only_a_button_speaks_of_a_class_to_who_sits_at_the_machine(open_page, here, monkeypatch):
    for name in ("home", "train", "draw"):
        page = open_page(name)
        assert "A class is open" not in texts(page)
        assert not [toggle for toggle in page.toggle if toggle.key == visitor.EVERYONE]
    assert "Open class" in [button.label for button in open_page("home").button]
    for name, value in (("headers", {"X-Forwarded-For": "10.0.0.1"}), ("ip_address", "10.0.0.1")):
        monkeypatch.setattr(type(st.context), name, value)
        assert "Open class" not in [button.label for button in open_page("home").button]
    assert "No class is open" in texts(open_page("classroom"))


def test_who_sits_at_the_machine_opens_a_class_and_is_its_teacher(open_page, here, be, monkeypatch):
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    be("teacher")
    page = open_page("home")
    page.text_input(key="class_name").input("7b")
    page = click(page, "Open class")
    [made] = classes.opened()
    assert classes.member("teacher").role == "teacher"
    assert made.code in texts(page) and classes.has_pin(made, page.session_state["class_pin"])


def test_a_stranger_may_look_at_home_and_glossary_and_is_led_to_the_class_elsewhere(opened, open_page, be):
    be("stranger")
    for name in ("home", "glossary"):
        assert len(open_page(name).title) == 1 and "A class is open here." in texts(open_page(name))
    for name in ("explore", "train", "evaluate", "compare", "draw", "lesson"):
        page = open_page(name)
        assert [title.value for title in page.title] == ["Join the class first"] and not page.button


def test_a_pupil_sees_their_own_runs_and_by_a_switch_those_of_the_class_with_their_names(opened, open_page, be):
    classes.join(opened, "Anna", "anna")
    classes.join(opened, "Bert", "bert")
    anna = runs.create(make_settings(), owner="anna", name="hers", queued=False)
    bert = runs.create(make_settings(), owner="bert", name="his", queued=False)
    be("bert")
    page = open_page("train", train_view="Watch", run=anna.id)
    assert "names a run that is not here" in texts(page) and page.session_state["run"] == bert.id
    assert {"Continue training", "Delete run"} <= {button.label for button in page.button}
    page.toggle(key="everyone").set_value(True).run()
    options = page.selectbox(key="run").options
    assert len(options) == 2 and any("Anna" in option for option in options)
    page.selectbox(key="run").select(anna.id).run()
    assert not {"Continue training", "Delete run"} & {button.label for button in page.button}
    assert "1 run" in open_page("home").caption[-1].value  # a new session: the switch is off


def test_a_drawing_is_seen_by_who_drew_it_and_by_the_teacher(opened):
    classes.join(opened, "Anna", "anna")
    classes.join(opened, "Bert", "bert")
    classes.join(opened, "Ms Lee", "teacher", "teacher")
    drawings.put(a_drawing(7), owner="anna")
    for name, everyone, seen in (("anna", False, 1), ("bert", True, 0), ("teacher", False, 0), ("teacher", True, 1)):
        with acting_as(name):
            whose = permissions.visible_drawers(everyone=everyone)
            assert len(drawings.drawings(whose)) == len(drawings.images_and_labels(whose)[0]) == seen
            assert bool(drawings.find(a_drawing(7).id, whose)) == bool(seen)
