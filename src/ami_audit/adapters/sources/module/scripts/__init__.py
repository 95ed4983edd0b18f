"""Scripts that run in a process of their own: what they parse may crash a parser, and then only they die."""
