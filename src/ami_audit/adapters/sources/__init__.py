"""Where facts come from: one folder a source, strangers to each other."""
