"""The source of services: what should run here, what does, and how well."""

from ami_audit.adapters.sources.service.source import ServiceSource

__all__ = ["ServiceSource"]
