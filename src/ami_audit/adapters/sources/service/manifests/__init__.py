"""Manifests: which services a place says it has."""

from ami_audit.adapters.sources.service.manifests.catalogue import Catalogue, read_catalogue

__all__ = ["Catalogue", "read_catalogue"]
