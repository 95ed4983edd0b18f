"""ami-audit: signed, hash-chained evidence about a repository."""
