"""Which release this is; asked of the compiled core, which is quicker than reading the package's metadata."""

from ami_audit.adapters.chain_core._native import VERSION

__all__ = ["VERSION"]
