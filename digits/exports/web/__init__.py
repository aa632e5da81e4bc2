"""The take-home page: a network that a browser computes, and what checks it here."""
