"""The native core behind the port `ChainCore`."""
