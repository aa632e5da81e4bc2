"""The device that trains: what it reaches, and what it could reach at most."""
