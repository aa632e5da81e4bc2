"""The code behind a page, on the page."""

import pytest


def code_of(page):
    return [block.value for block in page.code]


@pytest.mark.parametrize(
    ("name", "link", "part", "command"),
    [
        ("explore", {"index": "17"}, "images[17], labels[17]", "python -m digits data sample"),
        ("train", {}, "model.fit(", "python -m digits train --architecture cnn --source sample"),
        ("evaluate", {"model": "starter"}, "model.predict(", "python -m digits evaluate starter --test optdigits"),
    ],
)
def test_a_page_shows_the_code_with_its_settings_when_it_is_asked_for(
    open_page, with_sample, no_workers, name, link, part, command
):
    page = open_page(name, **link)
    assert not any(part in text for text in code_of(page))
    page.session_state[f"code_{name}"] = True
    page.run()
    assert not page.exception
    program, line = code_of(page)[-2:]
    assert part in program and line.startswith(command)
