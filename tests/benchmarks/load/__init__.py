"""What a server bears, and how soon it answers: a server of its own on a free port, with a home of its own."""
