"""The take-home page from file://, offline: it predicts what the app predicts, while the pen moves."""

import base64
import json

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from digits.inference.detector import Detector
from digits.inference.prediction import predict
from digits.inference.preprocessing import to_mnist
from digits.inference.strokes import paint
from digits.runs import models, starter
from digits.runs import store as runs
from tests.exports.drawings import drawings
from tests.training.conftest import output_of

SEVEN = [[(100, 80), (280, 80)], [(280, 80), (220, 200), (170, 320)]]
MAKE = """
import contextlib, io, json, sys
from pathlib import Path
import numpy as np
from digits.networks.library import keras
from keras import layers
from digits.exports.web import page

folder = Path(sys.argv[1])
about = {"name": "<b>Mine</b>", "lines": {"Accuracy": "99% & more"}, "credit": "MNIST"}
for name, model, temperature in json.loads(sys.argv[2]):
    page.write(folder / f"{name}.html", Path(model), temperature, about)

keras.utils.set_random_seed(3)
model = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Rescaling(1 / 255),
    layers.Conv2D(6, 5, 2, "valid", use_bias=False), layers.BatchNormalization(), layers.Activation("leaky_relu"),
    layers.Conv2D(8, 3, 2, "same", activation="silu"), layers.BatchNormalization(), layers.MaxPooling2D(2),
    layers.DepthwiseConv2D(3, padding="same", activation="relu6"), layers.AveragePooling2D(2, padding="same"),
    layers.Flatten(), layers.Dense(20, activation="sigmoid"), layers.Dropout(0.5), layers.Dense(16, activation="tanh"),
    layers.Dense(12, activation="elu"), layers.Dense(10, activation="softmax"),
])
rng = np.random.default_rng(1)
model.set_weights([rng.normal(0, 0.4, v.shape) ** (2 if "variance" in v.name else 1) for v in model.weights])
with contextlib.redirect_stdout(io.StringIO()):
    model.export(folder / "model.tflite", format="litert", verbose=False,
                 input_signature=[keras.InputSpec(shape=(1, 28, 28, 1), dtype="float32")])
page.write(folder / "edited.html", folder / "model.tflite", 1.0, {"name": "", "lines": {}, "credit": ""})
images = np.random.default_rng(2).integers(0, 256, (8, 28, 28, 1)).astype("float32")
np.savez(folder / "expected.npz", images=images, probabilities=np.asarray(model(images)))
print("done")
"""
READ = """drawn => drawn.map(lines => {
  strokes.splice(0, strokes.length, ...lines);
  paint();
  const found = ink(), prediction = predict(found);
  const text = Array.from(found.pixels, byte => String.fromCharCode(byte)).join("");
  return {...prediction, pixels: [...prediction.pixels], ink: btoa(text)};
})"""
MOVE = """lines => {
  strokes.splice(0, strokes.length, ...lines);
  for (let time = 0; time < 2; time++) {
    paint();
    show(predict(ink()));
  }
}"""
PREPARE = """inks => inks.map(([side, text]) => {
  const pixels = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return [...prepare({width: side, height: side, pixels}).pixels];
})"""


@pytest.fixture(scope="module")
def folder(trained_home, tmp_path_factory):
    """A folder with the pages of the tutorial's network, of the starter and of an edited network."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(trained_home))
        wanted = [
            (name, str(run.model.file("model.tflite")), run.model.temperature)
            for name, run in {"mlp": runs.page()[0], "cnn-large": starter.run()}.items()
        ]
    output_of(MAKE, folder, json.dumps(wanted))
    return folder


@pytest.fixture
def open_file(chromium):
    """open_file(path) opens a page from the disk, as a visitor without a network; nothing may be asked for."""
    contexts, asked = [], []

    def open_file(path, *, width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert {url.split(":")[0] for url in asked} <= {"file", "data"} and len(asked) <= 2 * len(contexts)


def draw(page, strokes):
    box = page.locator("#canvas").bounding_box()
    scale = box["width"] / 384
    for (x, y), *rest in strokes:
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=8)
        page.mouse.up()


@pytest.mark.parametrize(("name", "most"), [("mlp", 1_500_000), ("cnn-large", 3_000_000)])
def test_a_drawing_is_predicted_offline_taken_back_and_cleared(folder, open_file, name, most):
    file = folder / f"{name}.html"
    assert file.stat().st_size <= most
    page = open_file(file)
    expect(page.locator("#sentence")).to_have_text("Draw a digit, 0 to 9, anywhere on the canvas.")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    draw(page, SEVEN)
    expect(page.locator("#numeral")).to_have_text("7")
    expect(page.locator("#sentence")).to_contain_text("confidence")
    expect(page.locator("#bars > .predicted .digit")).to_have_text("7")
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#numeral")).to_have_text("")
    draw(page, [[(60, 200), (300, 200)]])
    expect(page.locator("#numeral")).to_have_text("?")
    expect(page.locator("#sentence")).to_contain_text("That doesn't look like a digit. Closest:")
    page.keyboard.press("Delete")
    expect(page.locator("#numeral")).to_have_text("")


def test_a_finger_draws_on_a_phone_and_the_card_is_behind_the_i(folder, open_file):
    page = open_file(folder / "mlp.html", width=360, height=740, has_touch=True, is_mobile=True)
    box = page.locator("#canvas").bounding_box()
    assert box["x"] >= 8 and box["x"] + box["width"] <= 352
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    touch = page.context.new_cdp_session(page)
    points = [{"x": box["x"] + 170, "y": box["y"] + 60 + 18 * step} for step in range(12)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#numeral")).to_have_text("1")
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="About this network").click()
    expect(page.get_by_role("heading", name="<b>Mine</b>")).to_be_visible()
    expect(page.get_by_text("99% & more")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_be_hidden()


@pytest.mark.parametrize(("name", "count"), [("mlp", 20), ("cnn-large", 40)])
def test_what_chromium_computes_is_what_the_app_computes(folder, trained_home, open_file, monkeypatch, name, count):
    """On digits drawn on its own canvas: the 28 x 28 pixels to 2 of 255, the probabilities to 0.001."""
    monkeypatch.setenv("DIGITS_HOME", str(trained_home))
    recognizer = models.recognizer(runs.page()[0] if name == "mlp" else starter.run())
    page, detector = open_file(folder / f"{name}.html"), Detector.bundled()
    sent = [[stroke.points.tolist() for stroke in strokes] for strokes in drawings(count)]
    for row in page.evaluate(READ, sent):
        drawn = np.frombuffer(base64.b64decode(row["ink"]), np.uint8).reshape(384, 384)
        expected = predict(drawn, recognizer, detector)
        pixels = np.array(row["pixels"]).reshape(28, 28)
        assert np.abs(pixels - to_mnist(drawn).astype(int)).max() <= 2
        np.testing.assert_allclose(row["probabilities"], expected.probabilities, atol=1e-3)
        assert row["likelihood"] == pytest.approx(expected.likelihood, abs=1e-3)


def test_small_and_soft_pictures_are_prepared_as_in_the_app(folder, open_file):
    page = open_file(folder / "mlp.html")
    inks = []
    for number, strokes in enumerate(drawings(24)):
        side = (28, 40, 90, 150, 500, 640)[number % 6]
        way = cv2.INTER_AREA if side < 384 else cv2.INTER_LINEAR
        inks.append(cv2.resize(paint(strokes, (384, 384)), (side, side), interpolation=way))
    found = page.evaluate(PREPARE, [[len(ink), base64.b64encode(ink.tobytes()).decode()] for ink in inks])
    for ink, pixels in zip(inks, found, strict=True):
        assert np.abs(np.array(pixels).reshape(28, 28) - to_mnist(ink).astype(int)).max() <= 2


def test_an_edited_network_computes_in_the_page_what_keras_computes(folder, open_file):
    """Every kind of layer and activation that the settings allow, and some more."""
    page = open_file(folder / "edited.html")
    with np.load(folder / "expected.npz") as expected:
        sent = expected["images"].reshape(8, 784).astype(int).tolist()
        found = page.evaluate("images => images.map(pixels => predictImage(pixels).probabilities)", sent)
        assert np.ptp(expected["probabilities"], axis=0).max() > 0.01  # not one answer to everything
        np.testing.assert_allclose(found, expected["probabilities"], atol=1e-5)


@pytest.mark.parametrize(("name", "limit"), [("mlp", 20), ("cnn-large", 60)])
def test_the_page_answers_while_the_pen_moves(folder, open_file, name, limit):
    """In milliseconds of processor time from a movement to its prediction: 95 in 100 need less than the limit.

    Each in the quickest of three times: what else the machine does makes the same work up to three times as long.
    """
    page = open_file(folder / f"{name}.html")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def thread_time():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")

    times = []
    for strokes in drawings(4):
        lines = [stroke.points.tolist() for stroke in strokes]
        for end in (4, 8, 16, 24, 48):
            moments = [thread_time()]
            for _ in range(3):
                page.evaluate(MOVE, [*lines[:-1], lines[-1][:end]])
                moments.append(thread_time())
            times.append(np.diff(moments).min() / 2 * 1000)
    assert np.percentile(times[5:], 95) < limit
