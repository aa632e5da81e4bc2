"""Make the path network: `python -m digits.starter.path.making --file NPZ`. The app itself does not need it.

It learns from digits drawn with a pen, as strokes, which do not come with the app.
"""
