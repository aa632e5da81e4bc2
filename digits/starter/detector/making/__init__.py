"""Make the digit detector: `python -m digits.starter.detector.making`. The app itself does not need it.

It learns from MNIST's digits against drawings that are not digits (outlier exposure: Hendrycks, Mazeika & Dietterich,
Deep anomaly detection with outlier exposure, ICLR 2019).
"""
