"""What a module's Python files import: one another, and the packages of others."""
