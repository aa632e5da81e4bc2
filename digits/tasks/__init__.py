"""Work in the background: what is to be done, who is at it, and how far it is."""
