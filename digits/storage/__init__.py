"""What lies on disk: where, whole or absent, and the database."""
