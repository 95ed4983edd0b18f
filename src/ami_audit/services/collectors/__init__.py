"""How facts are collected: all at once, or over and over."""
