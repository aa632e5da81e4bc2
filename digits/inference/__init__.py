"""From a drawing or a picture to a prediction, without TensorFlow: bytes -> ink -> 28 x 28 -> ten probabilities."""
