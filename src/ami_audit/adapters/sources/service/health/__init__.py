"""How services are asked whether they are well."""

from ami_audit.adapters.sources.service.health.answer import Answer
from ami_audit.adapters.sources.service.health.asking import Settings, ask_all

__all__ = ["Answer", "Settings", "ask_all"]
