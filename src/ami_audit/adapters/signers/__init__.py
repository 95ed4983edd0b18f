"""Signers: where private keys are kept, and who signs with them."""
