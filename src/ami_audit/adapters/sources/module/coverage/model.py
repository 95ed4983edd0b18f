"""What a coverage artefact says."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Covered of all: lines (or statements), and branches where they were measured."""

    covered: int = 0
    lines: int = 0
    covered_branches: int = 0
    branches: int = 0

    @property
    def percent(self) -> float:
        """Lines and branches together, as coverage.py totals them; 100 for no lines at all."""
        whole = self.lines + self.branches
        return 100.0 if whole == 0 else 100.0 * (self.covered + self.covered_branches) / whole

    def add(self, other: "Counts") -> None:
        """Add the counts of another file."""
        self.covered += other.covered
        self.lines += other.lines
        self.covered_branches += other.covered_branches
        self.branches += other.branches


@dataclass(slots=True)
class Coverage:
    """One artefact: its format, what wrote it, and the counts of each file."""

    path: str
    form: str
    tool: str = ""
    measured_at: str = ""
    files: dict[str, Counts] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """The counts of all files."""
        whole = Counts()
        for counts in self.files.values():
            whole.add(counts)
        return whole

    def of(self, path: str) -> Counts:
        """Return the counts of a file, to be added to."""
        return self.files.setdefault(path, Counts())
