"""How pages fit a phone."""

from tests.browser.conftest import plots_drawn, settle
from tests.browser.test_draw import draw

STEM_FIRST = [[(213, 66), (187, 171), (164, 272)], [(75, 75), (213, 66)]]  # a 7 that few people draw so
OPEN = """[...document.querySelectorAll('[data-variant=segmented_control]')].filter(one =>
    getComputedStyle(one).borderColor.includes('rgba(0, 0, 0, 0)')).map(one => one.innerText)"""
IN_SIGHT = """() => {
    const at = document.querySelector('[role=tab][aria-selected=true]')?.getBoundingClientRect();
    return at && at.left >= 0 && at.right <= innerWidth;
}"""
CUT = """[...document.querySelectorAll('[data-testid=stMain] *')].filter(one =>
    getComputedStyle(one).textOverflow === 'ellipsis' && one.clientWidth && one.scrollWidth > one.clientWidth + 1
).map(one => one.innerText)"""

ABOVE = """lines => {
    const [legend, bars] = ['.legend', '.nsewdrag'].map(one => document.querySelector(one).getBoundingClientRect());
    return Math.round(legend.height / 20) === lines && legend.bottom <= bars.top;
}"""


def test_on_a_phone_no_label_is_cut_and_no_choice_lacks_a_side(visit, shared_server):
    page = visit(f"{shared_server}/draw?model=starter&view=My+drawings", width=360, height=800)
    page.wait_for_function(IN_SIGHT)  # the last of five tabs, which a link opens
    draw(page, STEM_FIRST)
    page.get_by_text("the path of the strokes like").wait_for()  # a long line beside the digit
    settle(page)
    assert not page.evaluate(CUT)
    page.set_viewport_size({"width": 740, "height": 360})  # turned: the brushes stand one below the other
    settle(page)
    assert not page.evaluate(OPEN)


def test_a_legend_stays_above_the_bars_when_a_window_becomes_wider(visit, shared_server):
    page = visit(f"{shared_server}/explore?view=Facts", width=360, height=800)
    plots_drawn(page)
    page.wait_for_function(ABOVE, arg=2)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function(ABOVE, arg=1)
