"""Train a network: the compiled epoch, the trainer, checkpoints, snapshots, fine-tuning. Knows no run, no database."""
