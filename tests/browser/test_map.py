from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import box_at_rest, plots_drawn, settle

# The point of the map that lies furthest to the right: the index of its digit, and where it is in px of the chart.
RIGHTMOST = """chart => {
  const {xaxis, yaxis} = chart._fullLayout;
  const points = chart._fullData.flatMap(({x, y, customdata}) => Array.from(customdata, (index, place) =>
    [index, xaxis._offset + xaxis.l2p(x[place]), yaxis._offset + yaxis.l2p(y[place])]));
  return points.reduce((most, point) => point[1] > most[1] ? point : most);
}"""


def test_a_click_on_the_map_opens_the_digit_there(visit, server_with_runs):
    run = runs.page()[0]
    page = visit(f"{server_with_runs}/evaluate?model={run.id}&evaluate_view=Map&map=PCA")
    chart = page.locator(".st-key-evaluate_map_chart .js-plotly-plot")
    chart.locator(".gl-canvas").first.wait_for(state="attached")
    number = page.get_by_label("Index in the test set")
    settle(page)
    plots_drawn(page)
    box_at_rest(chart)
    index, x, y = chart.evaluate(RIGHTMOST)
    expect(number).not_to_have_value(str(index))
    chart.hover(position={"x": x, "y": y})
    expect(chart.locator(".hoverlayer .hovertext")).to_contain_text(f"index {index:,}")  # the point is drawn
    chart.click(position={"x": x, "y": y})
    expect(number).to_have_value(str(index))
    expect(page.get_by_test_id("stException")).to_have_count(0)
