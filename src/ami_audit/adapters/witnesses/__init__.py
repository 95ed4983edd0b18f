"""Witnesses: asking one over HTTP, and being one."""

from ami_audit.adapters.witnesses.asking import HttpWitnessCaller
from ami_audit.adapters.witnesses.home import WitnessHome
from ami_audit.adapters.witnesses.serving import WitnessServer

__all__ = ["HttpWitnessCaller", "WitnessHome", "WitnessServer"]
