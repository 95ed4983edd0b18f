"""What a source may be told to do or to leave out."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.moment import Moment
from ami_audit.domain.when import moment_of


class AuditOptions(BaseModel):
    """What a source may be told; each source reads the fields it knows.

    Attributes:
        since: Only what happened at or after this moment; `"7 days ago"` is accepted.
        until: Only what happened before this moment.
        pattern: The target is a glob (`base/**/*.py`), not one path.
        authors: Only commits whose author's name or e-mail contains one of these, whatever the case.
        paths: Only what touches one of these paths below the target.
        ignore: Globs to leave out beside what is left out by default.
        follow_ignore_files: Honour `.gitignore` and its like.
        include_vendored: Also look into vendored and build folders.
        full: Record again what an earlier run has recorded unchanged.
        level: Logs: only events at least as grave, and a record for each of them.
        services: Only these services and profiles; of logs only events of these services or loggers, where `api` also
            means `api:worker` and `api.db`.
        zone: Logs: where times without a zone were written: `Europe/Berlin`, `+02:00`, `UTC`; None means here.
        any_name: Logs: read every file below the target, not only those that are called as logs are.
        journal: Logs: also read the system's journal.
        check_banned_words: Look for banned words too.
        quality_tools: Which checks of quality are made, by name; with none named here and no `run_…`, the usual ones.
        run_ami_agent: Let `ami-agent` audit the target first; its results are read in any case.
        project_tools: Run the tools, plugins and settings that the audited project brings: its programs run.
        fix: Let ruff mend and format the target first.
        unsafe_fixes: With `fix`, also mend what may change what the code does.
        allow_dirty: With `fix`, even over changes that are not committed.
        banned_words_file: Where the banned words stand; empty means the usual places.
        tool_timeout_s: Seconds that a tool may take.
        manifests: Read these manifests of services, below the target, instead of the usual ones.
        include_host: The machine too, and what runs on it without a manifest.
        include_processes: Each process of the machine too.
        run_commands: Health checks that are programs named by a manifest may be run.
        remote: Services on other machines may be asked.
        changes_only: Of what is a fact of its moment, such as a service's state: only what differs from the last look.
        timeout_s: How long one service, engine or program is waited for.
        archives: Also look into archives.
        rehash: Also read what size, times, inode, rights and owner show to be unchanged.
        line_counts: Count the lines that each commit changed and look for renames; else only names and what was done.
        follow_renames: Follow a file in the history to the names that it had before.
        include_contributions: Add up the history by author.
        include_lockfiles: Tell commit by commit what lock files pin.
        include_reflog: Tell where branches and tags pointed before.
        large_blob_bytes: Look for contents of at least this size in the whole history; None: do not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Moment | None = None
    until: Moment | None = None
    pattern: bool = False
    authors: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    follow_ignore_files: bool = True
    include_vendored: bool = False
    full: bool = False
    include_git: bool = False
    include_hash: bool = True
    include_blame: bool = False
    include_dependencies: bool = False
    include_tests: bool = False
    include_health: bool = False
    include_logs: bool = False
    check_banned_words: bool = False
    run_ruff: bool = False
    run_mypy: bool = False
    run_bandit: bool = False
    quality_tools: tuple[str, ...] = ()
    run_complexity: bool = False
    run_ami_agent: bool = False
    project_tools: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    allow_dirty: bool = False
    banned_words_file: str = ""
    tool_timeout_s: float = Field(default=600.0, gt=0)
    level: LogLevel | None = None
    services: tuple[str, ...] = ()
    zone: str | None = None
    any_name: bool = False
    journal: bool = False
    manifests: tuple[str, ...] = ()
    include_host: bool = False
    include_processes: bool = False
    run_commands: bool = False
    remote: bool = False
    changes_only: bool = False
    timeout_s: float = Field(default=5.0, gt=0, le=60)
    archives: bool = False
    rehash: bool = False
    line_counts: bool = True
    follow_renames: bool = True
    include_contributions: bool = False
    include_lockfiles: bool = False
    include_reflog: bool = False
    large_blob_bytes: int | None = Field(default=None, ge=1)
    reason: str | None = Field(default=None, description="Why the audit is done; recorded with every record.")

    @field_validator("since", "until", mode="before")
    @classmethod
    def _spoken(cls, value: object) -> object:
        return moment_of(value) if isinstance(value, str) else value
