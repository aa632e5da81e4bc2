"""The digit detector is made here: a small network that tells digits from other drawings.

It learns from MNIST's digits against drawings that are none (outlier exposure: Hendrycks, Mazeika & Dietterich, Deep
anomaly detection with outlier exposure, ICLR 2019). digits/inference/detector.py reads it; only that the app needs.
"""
