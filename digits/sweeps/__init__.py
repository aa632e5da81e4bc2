"""Sweeps: search for the settings that make the best network. Optuna chooses them; each trial is a run."""
