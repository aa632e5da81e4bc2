"""How the gate was made and is judged."""
