"""How facts are collected: all at once."""
