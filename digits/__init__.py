"""The engine of Digits: data, training, evaluation, inference and figures.

Importing it (or anything the pages use) loads neither Streamlit nor TensorFlow.
"""
