"""What carries a trail out of the house."""
