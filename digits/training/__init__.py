"""Train a network: what to train (config), the networks, the compiled epoch, and runs that live on disk."""
