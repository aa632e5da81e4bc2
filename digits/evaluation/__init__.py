"""Judge a trained network on digits it has never seen."""
