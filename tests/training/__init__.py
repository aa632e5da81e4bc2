"""Networks, the engine, runs and their files."""
