"""Verbs: what ami-audit does, over domain and ports."""
