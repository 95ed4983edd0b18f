"""The source of quality: what checkers say about code, each in its own words."""

from ami_audit.adapters.sources.quality.source import QualitySource

__all__ = ["QualitySource"]
