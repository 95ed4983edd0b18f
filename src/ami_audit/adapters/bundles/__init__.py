"""Bundles as files: a zip archive with the bundle, the verifier that needs nothing but Python, and a page to read."""

from ami_audit.adapters.bundles.archive import packed, unpacked

__all__ = ["packed", "unpacked"]
