"""The command line: `ami-audit`."""
