"""What a module depends on: manifests, lock files, who needs whom, and what does not fit."""
