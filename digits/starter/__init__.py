"""The bundled model and the digit detector, with their cards."""
