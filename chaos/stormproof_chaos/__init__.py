"""stormproof."""
