"""Picture files -> pixels, within limits: whatever a stranger sends is decoded here."""
