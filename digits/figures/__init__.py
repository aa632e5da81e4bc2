"""Numbers in, Plotly figures out.

No function here reads a file, knows a model or knows Streamlit. Paper is transparent and text takes the
colour of the surrounding theme, so that every figure works on a light and on a dark page.
"""
