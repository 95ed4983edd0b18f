"""The machine: its clock, its native core, and who runs this process."""

from datetime import datetime
from functools import cache

from ami_audit.adapters.chance import machine_chance
from ami_audit.adapters.clock import machine_clock
from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.ports.caller import Caller
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.chance import Chance


def clock() -> datetime:
    """Return the present moment, aware and in UTC."""
    return machine_clock()


chance: Chance = machine_chance


@cache
def core() -> ChainCore:
    """Return the native core."""
    from ami_audit.adapters.chain_core.core import NativeCore

    return NativeCore()


@cache
def caller() -> Caller:
    """Return who runs this process."""
    from ami_audit.adapters.callers import ProcessCaller

    return ProcessCaller(version=version())
