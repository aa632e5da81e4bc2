"""What a class does with runs and drawings: its export and its end."""
