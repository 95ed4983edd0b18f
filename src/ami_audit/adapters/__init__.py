"""The world: one folder a family, each a stranger to the others."""
