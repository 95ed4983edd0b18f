"""The parts of verification: the walk along the records, and what stands at its end."""
