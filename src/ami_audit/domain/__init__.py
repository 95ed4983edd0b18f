"""Nouns: frozen values and pure judgement, on the standard library and pydantic alone."""
