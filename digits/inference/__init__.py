"""From a drawing or a picture to a digit: bytes -> ink -> 28 x 28 -> ten probabilities, without TensorFlow."""
