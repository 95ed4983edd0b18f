"""Needs: what the services ask of the world, as protocols over domain types."""
