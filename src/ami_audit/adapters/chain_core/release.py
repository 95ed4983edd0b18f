"""Which release this is; asked of the compiled core, which is quicker than reading the package's metadata."""

from typing import Final

from ami_audit.adapters.chain_core import _native

VERSION: Final = _native.VERSION
