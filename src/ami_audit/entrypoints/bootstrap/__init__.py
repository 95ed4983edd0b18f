"""The one place that introduces adapters to services; one file a family, each loaded when it is needed."""
