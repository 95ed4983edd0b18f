"""Doors: the command line and whatever else lets a caller in."""
