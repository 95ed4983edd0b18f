"""Which records of a run are told in its answer, beside the counts."""

TOLD: frozenset[str] = frozenset(
    {
        "file.archive",
        "file.hard-links",
        "git.blame",
        "git.blob",
        "git.contribution",
        "git.lockfile",
        "git.path",
        "git.reflog",
        "git.submodule",
        "log.chain",
        "log.correlation",
        "log.file",
        "log.overview",
        "log.template",
        "module.coverage",
        "module.imports",
        "module.lock",
        "module.metrics",
        "module.observed",
        "module.tests",
        "quality.fix",
        "quality.tool",
        "service.host",
        "service.observed",
        "service.profile",
    }
)
"""Actions of which a run has few records, each of which says what a reader of the answer wants to know."""

MOST = 2_000
"""Of each of those actions, at most so many records are told."""
