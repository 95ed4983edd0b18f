"""Small real repositories for tests, made by the git program itself."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_FIRST = 1_700_000_000


class Repository:
    """One repository on disk; commits made through it have dates that ascend by a minute each."""

    def __init__(self, path: Path, *, bare: bool = False, object_format: str = "sha1") -> None:
        """Make it, empty, with `main` as its first branch.

        Args:
            path: Where; the folder is made.
            bare: Without files checked out.
            object_format: `sha1` or `sha256`.
        """
        self.path = path
        self._clock = _FIRST
        path.mkdir(parents=True, exist_ok=True)
        options = ["--bare"] if bare else []
        self.git("init", "-q", "-b", "main", f"--object-format={object_format}", *options)

    @classmethod
    def clone(cls, source: "Repository", path: Path, *options: str) -> "Repository":
        """Return a clone made with these options, through the file transport so that `--depth` and `--filter` count."""
        clone = cls.__new__(cls)
        clone.path = path
        clone._clock = source._clock
        source.git("clone", "-q", *options, f"file://{source.path}", str(path))
        return clone

    @property
    def git_dir(self) -> Path:
        """The folder with HEAD, refs and objects."""
        return self.path / ".git" if (self.path / ".git").is_dir() else self.path

    def git(self, *arguments: str | bytes, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """Run git here and return what it wrote, without the last line's end."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            input=stdin,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "backslashreplace").rstrip("\n")

    def write(self, name: str | bytes, content: bytes | str) -> None:
        """Write one file in the work tree; folders are made."""
        place = self.path / os.fsdecode(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        files: Mapping[str, str | bytes] | None = None,
        *,
        message: str = "a change",
        author: str = "Ann Author <ann@example.org>",
        date: str = "",
        options: tuple[str, ...] = (),
    ) -> str:
        """Write the files, commit everything and return the commit's hash.

        Args:
            files: Content by name; nothing else in the work tree is touched.
            message: May be empty.
            author: `Name <email>`.
            date: The author's date as git writes it (`1700000000 +0200`); the next minute when left out.
            options: More options for `git commit`.
        """
        for name, content in (files or {}).items():
            self.write(name, content)
        self._clock += 60
        name, _, email = author.rstrip(">").partition(" <")
        environment = {
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_AUTHOR_DATE": date or f"{self._clock} +0000",
            "GIT_COMMITTER_DATE": f"{self._clock} +0000",
        }
        self.git("add", "-A")
        allowed = ("--allow-empty", "--allow-empty-message", "--no-verify", *options)
        self.git("commit", "-q", *allowed, "-m", message, environment=environment)
        return self.git("rev-parse", "HEAD")

    def raw_commit(self, data: bytes, *, branch: str = "refs/heads/raw") -> str:
        """Store these bytes as a commit, however broken, point the branch there and return the hash."""
        name = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data)
        place = self.git_dir / branch
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{name}\n")
        return name

    def tree(self, revision: str = "HEAD") -> str:
        """Return the hash of a revision's root tree."""
        return self.git("rev-parse", f"{revision}^{{tree}}")

    def loose(self, name: str) -> Path:
        """Return where a loose object lies."""
        return self.git_dir / "objects" / name[:2] / name[2:]

    def lose(self, name: str) -> None:
        """Delete one loose object."""
        self.loose(name).unlink()

    def corrupt(self, name: str) -> None:
        """Overwrite the middle of one loose object."""
        place = self.loose(name)
        place.chmod(0o600)
        data = bytearray(place.read_bytes())
        data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
        place.write_bytes(bytes(data))
