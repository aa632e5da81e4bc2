// The canvas and what it shows. A stroke is a list of [x, y] in pixels of the canvas.

const canvas = document.getElementById("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
const strokes = [];
let drawing = false, waiting = false;

const bars = Array.from({ length: 10 }, (_, digit) => {
  const column = document.createElement("div");
  column.innerHTML = `<span class="percent"></span><span class="bar"></span><span class="digit">${digit}</span>`;
  document.getElementById("bars").append(column);
  return column;
});

function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

canvas.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  drawing = true;
  strokes.push([place(event)]);
  refresh();
});

canvas.addEventListener("pointermove", (event) => {
  if (!drawing || !event.isPrimary) return;
  const events = event.getCoalescedEvents?.() ?? [];
  strokes.at(-1).push(...(events.length ? events : [event]).map(place));
  refresh();
});

for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    if (event.isPrimary) drawing = false;
  });
}

document.getElementById("undo").addEventListener("click", () => {
  strokes.pop();
  refresh();
});

document.getElementById("clear").addEventListener("click", () => {
  strokes.length = 0;
  refresh();
});

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") document.getElementById("undo").click();
  else if (event.key === "Delete") document.getElementById("clear").click();
});

document.getElementById("about").addEventListener("click", () => document.querySelector("dialog").showModal());

// Once for each picture that the screen shows, however often the pen moves meanwhile.
function refresh() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    paint();
    show(predict(ink()));
  });
}

function paint() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineWidth = 24;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = getComputedStyle(canvas).color;
  for (const [first, ...rest] of strokes) {
    context.beginPath();
    context.moveTo(...first);
    for (const point of rest.length ? rest : [first]) context.lineTo(...point);
    context.stroke();
  }
}

// How opaque each pixel is: the colour may be any.
function ink() {
  const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = data[4 * at + 3];
  return { width, height, pixels };
}

function show(prediction) {
  const numeral = document.getElementById("numeral"), sentence = document.getElementById("sentence");
  for (const button of ["undo", "clear"]) document.getElementById(button).disabled = !strokes.length;
  numeral.textContent = prediction ? (prediction.isDigit ? prediction.digit : "?") : "";
  if (!prediction) sentence.textContent = "Draw a digit, 0 to 9, anywhere on the canvas.";
  else if (prediction.isDigit) sentence.textContent = `${percent(prediction.confidence)} confidence`;
  else sentence.textContent = `That doesn't look like a digit. Closest: ${prediction.digit}`;
  bars.forEach((column, digit) => {
    const probability = prediction ? prediction.probabilities[digit] : 0;
    column.classList.toggle("predicted", prediction?.digit === digit && prediction.isDigit);
    column.querySelector(".bar").style.height = `${100 * probability}%`;
    column.querySelector(".percent").textContent = probability >= 0.01 ? `${Math.floor(100 * probability)}%` : "";
  });
}

function percent(fraction) {
  return fraction > 0.999 ? "over 99.9%" : `${(100 * fraction).toFixed(1)}%`; // never rounded up to certainty
}

show(null);
