"""The gate: a small network that says whether a drawing is a digit at all, made by `python -m digits.starter.detector.making`.

It learns from MNIST's digits against drawings that are none (outlier exposure: Hendrycks, Mazeika & Dietterich, Deep
anomaly detection with outlier exposure, ICLR 2019). digits/inference/detector.py reads it; only that the app needs.
"""
