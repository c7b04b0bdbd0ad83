"""Two services with the faults that most services have."""
