// From a drawing to a prediction, as the app computes it. DATA holds both networks and the constants.

const { prepare } = preparation(DATA.settings);
const recognize = network(DATA.recognizer, decoded(DATA.recognizer.weights));
const detect = network(DATA.detector, decoded(DATA.detector.weights));

// ink: {width, height, pixels}, 0 = paper, 255 = ink, any size. Returns null where there is no ink.
function predict(ink) {
  const image = prepare(ink);
  return image && predictImage(image.pixels);
}

// pixels: 784 numbers, prepared. Returns {digit, confidence, probabilities, isDigit, likelihood, pixels}.
function predictImage(pixels) {
  const probabilities = Array.from(recognize(pixels)), confidence = Math.max(...probabilities);
  const likelihood = detect(pixels)[1];
  const digit = probabilities.indexOf(confidence);
  return { digit, confidence, probabilities, isDigit: likelihood >= DATA.threshold, likelihood, pixels };
}
