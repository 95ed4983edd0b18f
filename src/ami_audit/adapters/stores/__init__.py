"""Where trails are kept: one package a database, each a driver of `ports.stores`."""
