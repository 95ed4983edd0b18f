"""Which records of a run are told in its answer, beside the counts."""

TOLD: frozenset[str] = frozenset(
    {
        "log.chain",
        "log.correlation",
        "log.file",
        "log.overview",
        "log.template",
        "quality.fix",
        "quality.tool",
        "module.coverage",
        "module.imports",
        "module.lock",
        "module.metrics",
        "module.observed",
        "module.tests",
    }
)
TOLD: frozenset[str] = frozenset({"service.host", "service.observed", "service.profile"})
        "git.blame",
        "git.blob",
        "git.contribution",
        "git.lockfile",
        "git.path",
        "git.reflog",
        "git.submodule",
    }
)
"""Actions of which a run has few records, each of which says what a reader of the answer wants to know."""

MOST = 2_000
"""Of each of those actions, at most so many records are told."""
