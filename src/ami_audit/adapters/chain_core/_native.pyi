"""The native core, as Python sees it.

Byte strings hold raw digests, seeds, keys and signatures; "concatenated" means one after the other, no separator.
Calls that take more than some microseconds release the GIL. Bulk calls spread over every core with threads of their
own, started at the first large call and started again in a forked child. The port `ami_audit.ports.chain_core` says
what each call means; here stands what Rust adds to that.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, final

__all__ = [
    "IS_RELEASE",
    "VERSION",
    "BannedWords",
    "CanonicalError",
    "CodeCount",
    "CodeCountError",
    "CoreError",
    "KeyFileError",
    "LogReading",
    "LogReadingError",
    "Scan",
    "ScanError",
    "canonicalize",
    "chain",
    "encode",
    "file_stamps",
    "frames",
    "generate_seed",
    "git_changes",
    "git_commits",
    "grow",
    "hmac_sha256",
    "key_id",
    "leaf_hashes",
    "link",
    "log_level",
    "log_time",
    "log_words",
    "payload_hash",
    "private_key_pem",
    "public_key",
    "public_key_from_pem",
    "public_key_pem",
    "record_hash",
    "record_tag",
    "scan_place",
    "seal",
    "search_nonce",
    "seed_from_pem",
    "seed_from_text",
    "segment_columns",
    "segment_root",
    "sign",
    "sign_records",
    "signature_blocks",
    "sigset_hash",
    "starting",
    "subtree_root",
    "unseal",
    "uuid7",
    "verify_consistency",
    "verify_inclusion",
    "verify_records",
    "verify_signature",
    "verify_slice",
]

IS_RELEASE: Final[bool]
"""Whether this is an optimised build; a debug build is many times slower, and measures nothing."""

VERSION: Final[str]
"""The version of the whole product: one wheel, one number."""

class CanonicalError(ValueError):
    """A JSON text has no canonical form; `args` are (position, path, reason).

    `position` is the text's index in its batch. `path` is `context.user.age`, `findings[2].location`, or
    `tags["a.b"]` for a key that would read as more than one segment; empty for the text as a whole. `reason` is
    what is wrong with it: "a lone surrogate".
    """

class CoreError(ValueError):
    """A buffer or a number is not what the core can work on; says which and what was expected."""

def canonicalize(text: bytes) -> bytes:
    """Return the RFC 8785 form of one JSON text.

    Cost is O(n log n) in the keys of an object and O(n) in the rest: about a microsecond for a kilobyte.

    Raises:
        CanonicalError: The text has no canonical form; `position` is 0.
    """

def encode(values: list[object]) -> tuple[bytes, list[int], bool]:
    """Return values as JSON texts, concatenated, where each ends, and whether all of them are RFC 8785 as they stand.

    They are written as RFC 8785 says, members sorted; only where a key is not plain ASCII it is left to `link` to look
    at the order again. Reads Python objects, so the GIL is held: about two microseconds a kilobyte.

    Raises:
        CanonicalError: A value that is not None, bool, int, float, str, list, tuple or dict (or of a class below one),
            a key that is no str, a lone surrogate, NaN, an infinity, a number that canonical JSON writes as an integer
            beyond ±(2^53−1), or more than 128 containers inside each other; says which text, and no path.
    """

def chain(texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes) -> bytes:
    """Return the record hashes (nonce 0) of texts that are canonical already, concatenated; parallel from 256 KiB on.

    Raises:
        CoreError: `ends` do not rise to the length of `texts`, or a hash is not 32 bytes.
    """

def link(
    texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes
) -> tuple[bytes, list[int], bytes, bytes]:
    """Return canonical texts, their ends, payload hashes and record hashes (nonce 0) of a batch.

    Texts are worked on in parallel from 64 KiB on; the headers are chained afterwards, in order.

    Raises:
        CanonicalError: The first text that has no canonical form.
        CoreError: `ends` do not rise to the length of `texts`, or a hash is not 32 bytes.
    """

def payload_hash(canonical: bytes) -> bytes:
    """Return SHA-256 of canonical bytes."""

def record_tag(origin: str) -> bytes:
    """Return SHA-256 of "ami-audit/record/v1", a newline and `origin`."""

def record_hash(tag: bytes, previous_hash: bytes, payload_hash: bytes, *, nonce: int) -> bytes:
    """Return SHA-256 of the 104-byte header: tag, previous hash, payload hash, nonce (u64 big-endian).

    Raises:
        CoreError: A hash is not 32 bytes.
        OverflowError: `nonce` is not from 0 to 2^64−1.
    """

def search_nonce(
    tag: bytes,
    previous_hash: bytes,
    payload_hash: bytes,
    *,
    difficulty_bits: int,
    start: int,
    budget: int,
    threads: int,
) -> int | None:
    """Return the lowest nonce in [start, start + budget) whose record hash has the leading zero bits, or None.

    The first block of the header is compressed once, so a try is one SHA-256 compression. Signals are looked at after
    every 131,072 tries of a thread (some milliseconds). `threads` 0 is every core; more than there are cores is that
    many. Nonce 2^64−1 is never tried.

    Raises:
        CoreError: A hash is not 32 bytes, or more than 256 bits are asked.
        KeyboardInterrupt: Ctrl-C, when called from the main thread.
    """

def generate_seed() -> bytes:
    """Return 32 bytes of the system's randomness.

    Raises:
        CoreError: The system has none to give.
    """

def public_key(seed: bytes) -> bytes:
    """Return the Ed25519 public key of a seed (RFC 8032 section 5.1.5)."""

def key_id(public_key: bytes) -> bytes:
    """Return SHA-256 of a public key's 32 bytes."""

def sign(seed: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature of a message: 64 bytes, the same each time."""

def sign_records(seed: bytes, *, origin: str, signer: str, timestamp_us: int, record_hashes: bytes) -> bytes:
    """Return one 64-byte signature for each 32-byte record hash, concatenated; parallel from 4 records on.

    The key is expanded once, and signatures share inversions in runs of 128: each is the same as one made alone.

    The message is "ami-audit/signature/v1", a newline, and the canonical JSON of algorithm, origin, record hash (hex),
    signer and timestamp (RFC 3339 with microseconds and Z).

    Raises:
        CoreError: A length is wrong, or the timestamp's year is not from 1 to 9999.
    """

def signature_blocks(key_id: bytes, *, signer: str, timestamp_us: int, signatures: bytes) -> tuple[bytes, list[int]]:
    """Return one signature block of one entry for each 64-byte signature, concatenated, and where each ends.

    An entry is: algorithm u8 (1 is Ed25519), key id 32, signature 64, timestamp i64 BE, signer length u16 BE, signer.

    Raises:
        CoreError: A length is wrong, or the signer takes more than 65,535 bytes.
    """

def sigset_hash(block: bytes) -> bytes:
    """Return SHA-256 over length (u16 BE) and bytes of each key id and signature; zeros for an empty block.

    Raises:
        CoreError: The block is malformed, or not strictly sorted by (key id, signature).
    """

def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature holds: S < L, R and the key canonical, neither of small order, with the cofactor.

    Raises:
        CoreError: The key is not 32 bytes or the signature not 64.
    """

def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-256 (RFC 2104) of `message`, 32 bytes; the key may have any length."""

def seal(key: bytes, nonce: bytes, plain: bytes, *, about: bytes) -> bytes:
    """Return `plain` under XChaCha20-Poly1305, its tag of 16 bytes at the end; `about` is authenticated with it.

    Raises:
        CoreError: The key is not 32 bytes or the nonce not 24.
    """

def unseal(key: bytes, nonce: bytes, sealed: bytes, *, about: bytes) -> bytes | None:
    """Return what `seal` was given, or None when key, nonce, bytes or `about` are not those it was sealed with.

    Raises:
        CoreError: The key is not 32 bytes or the nonce not 24.
    """

def leaf_hashes(first_sequence: int, record_hashes: bytes, *, blocks: bytes, ends: Sequence[int]) -> bytes:
    """Return RFC 6962 leaf hashes over 0x01, sequence (u64 BE), record hash and signature set hash.

    Raises:
        CoreError: A length is wrong, or a block is malformed; says which.
    """

def grow(
    size: int, *, frontier: bytes, edges: Sequence[bytes], leaves: bytes
) -> tuple[bytes, bytes, list[bytes], list[tuple[int, int, bytes]]]:
    """Return root, frontier, edges and the tiles that became full (level, index, 8,192 bytes), in order.

    Cost is O(log size) for the root and amortised two hashes a leaf; the frontier and the edges are copied.

    Raises:
        CoreError: `frontier` or `edges` do not agree with `size`, or there would be 2^63 leaves.
    """

def subtree_root(hashes: bytes) -> bytes:
    """Return the RFC 6962 root over 32-byte node hashes; SHA-256 of nothing for none."""

def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: bytes, root: bytes) -> bool:
    """Return whether the proof leads from the leaf to the root (RFC 9162 2.1.3.2); one hash for each of its hashes.

    Raises:
        CoreError: `leaf` or `root` is not 32 bytes.
        OverflowError: `index` or `size` is not from 0 to 2^64−1.
    """

def verify_consistency(old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, proof: bytes) -> bool:
    """Return whether the proof makes both roots (RFC 9162 2.1.4.2); at most two hashes for each of its hashes.

    Raises:
        CoreError: A root is not 32 bytes.
        OverflowError: A size is not from 0 to 2^64−1.
    """

def segment_columns(texts: bytes, ends: Sequence[int]) -> list[bytes]:
    """Return one column a field, for records given as canonical texts; all cores work on many.

    The fields are action, actor, run_id, severity, source, target, target_type, timestamp. A column holds for each
    record u32 BE length and key, or 2^32−1 alone. A text that is not RFC 8785 says nothing.

    Raises:
        CoreError: `ends` do not describe `texts`.
    """

def segment_root(column: bytes, first_sequence: int) -> tuple[int, bytes]:
    """Return how many keys a column has, and the RFC 6962 root over their leaves; O(n log n).

    Raises:
        CoreError: The column ends inside a key.
    """

def git_commits(objects: Sequence[bytes]) -> bytes:
    """Return raw commits as a JSON array of rows, `null` for one that is not as git writes it or is not UTF-8.

    A row is `[name, e-mail, date, moment, name, e-mail, date, facts, signature]`: the author's four, then the
    committer's three, null where the committer is the author at the same moment. Dates are objects with `date` (RFC
    3339 in its own zone) and, where that says less than git does, `date_raw`; the moment is in UTC, as records have it.
    `facts` is a record's context but for `author`, `committer` and `signature`, which are null in it; `signature` is
    the armoured signature, or null. About 2 microseconds a commit; the GIL is released.
    """

def git_changes(block: bytes) -> bytes:
    """Return what `git diff-tree --stdin -z --raw [--numstat]` printed as a JSON array of rows, one a commit.

    A row is `[hash, files, lines added, lines deleted, entries, begin, end]`. `entries` is null for a commit with paths
    that are not printable ASCII, more than 1,000 files or more than 256 KiB of paths: its words stand in the block from
    `begin` to `end`. The GIL is released.

    Args:
        block: Whole NUL-terminated words; a last word that has no end is passed over.
    """

def frames(
    sequences: Sequence[int],
    previous_hashes: Sequence[bytes],
    nonces: Sequence[int],
    record_hashes: Sequence[bytes],
    texts: Sequence[bytes],
    blocks: Sequence[bytes],
) -> bytes:
    """Return rows, given as columns, as the buffer that `verify_slice` reads; a tenth of what joining in Python takes.

    Raises:
        CoreError: The columns are not of one length, or a text or block is of 4 GiB or more.
        OverflowError: A sequence or a nonce is not from 0 to 2^64−1.
    """

def verify_slice(
    frames: bytes,
    *,
    origin: str,
    first_sequence: int,
    previous_hash: bytes,
    previous_recorded_at: str,
    minimum_bits: int,
    keys: bytes,
) -> tuple[list[tuple[int, str]], bytes, str, bytes, int]:
    """Return faults, last record hash, last believed `recorded_at`, leaf hashes and the count of unsigned records.

    Records are worked on in parallel from 64 KiB on. A record whose signature block is malformed has a leaf that no
    sealed record has.

    Raises:
        CoreError: A hash is not 32 bytes, `keys` are not entries of 80 bytes or name a key wrongly, or
            `first_sequence` is 2^63 or more.
    """

def verify_records(
    records: Sequence[tuple[int, str, bytes, int, bytes, bytes, bytes]],
    *,
    origin: str,
    first_sequence: int,
    previous_hash: bytes,
    previous_recorded_at: str,
    minimum_bits: int,
    keys: bytes,
) -> tuple[list[tuple[int, str]], bytes, str, bytes, int]:
    """Return what `verify_slice` returns for the frames of records, which are read where they stand.

    A record is: sequence, anything, previous hash, nonce, record hash, canonical text, signature block. Nothing of it
    is copied; another thread may change the list meanwhile, which changes nothing here.

    Raises:
        CoreError: As `verify_slice`.
        OverflowError: A sequence or a nonce is not from 0 to 2^64−1.
    """

def starting(
    records: Sequence[tuple[int, str, bytes, int, bytes, bytes, bytes]], starts: Sequence[bytes], *, usual: bytes
) -> list[int]:
    """Return the indexes of the records whose text begins with one of `starts`, or not with `usual`, rising.

    Holds the GIL: some ten nanoseconds a record.
    """

def uuid7(count: int) -> list[str]:
    """Return that many UUIDv7 texts, each greater than all before it in this process.

    Raises:
        CoreError: More than 1,000,000 are asked.
    """

class KeyFileError(ValueError):
    """A text is not a key that can be used; `args` are (kind, reason).

    `kind` is `empty`, `not-a-key`, `damaged`, `algorithm`, `public` or `private` (the other half is needed), `locked`
    (no passphrase was given), `passphrase` (it does not open the key), `costly` (the file asks for more than 256 MiB
    or some seconds of work), `encryption` (a way that is not read), `mismatch` (its halves are not one pair) or
    `point`.
    `reason` is what follows the file's name in a sentence: "it is encrypted, and no passphrase was given".
    """

def private_key_pem(seed: bytes, *, passphrase: bytes | None) -> str:
    """Return PKCS#8 version 1 (RFC 8410); under a passphrase PBES2 with scrypt N = 2^14, r = 8, p = 5 and AES-256-CBC.

    Salt and IV are drawn from the operating system at each call.

    Raises:
        KeyFileError: The passphrase is empty.
        CoreError: `seed` is not 32 bytes.
    """

def seed_from_pem(pem: str, *, passphrase: bytes | None) -> bytes:
    """Return the seed in the first PEM block: PKCS#8 (scrypt, or PBKDF2 as OpenSSL writes it) or an open OpenSSH key.

    Raises:
        KeyFileError: There is none, or it does not open.
    """

def seed_from_text(text: str, *, passphrase: bytes | None) -> bytes:
    """Return the seed in PEM, in 64 hex digits or in base64 (either alphabet, padded or not).

    Raises:
        KeyFileError: There is none, or it does not open.
    """

def public_key_pem(public_key: bytes) -> str:
    """Return SPKI PEM (RFC 8410).

    Raises:
        KeyFileError: The strict rules refuse the key.
        CoreError: `public_key` is not 32 bytes.
    """

def public_key_from_pem(text: str) -> bytes:
    """Return the key in SPKI PEM or on a line `ssh-ed25519 AAAA… comment`.

    Raises:
        KeyFileError: There is none, or the strict rules refuse it.
    """

class ScanError(OSError):
    """A target cannot be walked at all, or a thread of the walk died; says which."""

@final
class Scan:
    """A walk under way: its own threads list, read and hash ahead of whoever asks, by a bounded number of files.

    Rows come in the order of their paths' bytes. The walk's memory is bounded by its largest single directory. Any
    thread may ask; one at a time is answered.
    """

    VERSION: ClassVar[str]
    """The version of what walks and hashes."""

    def __new__(
        cls,
        target: bytes,
        *,
        glob: str | None,
        ignore: Sequence[str],
        paths: Sequence[bytes],
        follow_ignore_files: bool,
        include_vendored: bool,
        read_content: bool,
        since_us: int | None,
        until_us: int | None,
        stamps: bytes,
        threads: int,
    ) -> Scan:
        """Open the target and begin.

        Args:
            target: The directory to walk, or the one entry to look at: a path as the operating system holds it.
            glob: Only what matches, relative to `target`; `**` crosses directories, `*` does not.
            ignore: Lines in the syntax of `.gitignore`, relative to `target`, left out whatever ignore files say.
            paths: Only these, relative to `target`, and what is below them; empty means everything.
            follow_ignore_files: Honour `.gitignore` and `.git/info/exclude`.
            include_vendored: Walk vendored and build directories too.
            read_content: Read and hash; else only what the directory tells.
            since_us: Only what was modified at or after this, microseconds since 1970.
            until_us: Only what was modified before this.
            stamps: From `file_stamps`, in any order: a file of a known one is not read, and has no row.
            threads: How many read and hash, beside the one that walks.

        Raises:
            ScanError: The target cannot be opened.
            ValueError: A glob is none, or `stamps` are not 16 bytes each.
        """

    def next_batch(self, *, most: int, wait_ms: int) -> bytes | None:
        """Return the next rows as JSON, or None at the end.

        `{"rows": [[target, uid, gid, observed, facts, [[fault, reason], ...]], ...],
        "skipped": [[what, why, count], ...], "linked": [[target, file, links], ...], "taken": n}`: `facts` are a
        record's context, its keys in canonical order, `owner` and `group` null; `uid` and `gid` are null when they
        could not be known. `linked` are regular files of several names, read or not: `file` is the same text for the
        same file. `taken` is how many files were not read because their stamp is known.

        Args:
            most: Rows after which to return; some tens more may come.
            wait_ms: How long to wait for them at most. Then what is there comes, perhaps no row yet. The GIL is
                released.

        Raises:
            ScanError: A thread of the walk died.
        """

    def read_bytes(self) -> int:
        """Return how many bytes of content have been read so far; more than the rows handed over hold."""

    def close(self) -> None:
        """Stop the walk's threads within one buffer's reading; later calls of `next_batch` return None."""

class LogReadingError(OSError):
    """The reading of logs broke off: a thread of it died; says so."""

@final
class LogReading:
    """A reading of logs under way: its own threads read, parse and count ahead of whoever asks, by some megabytes.

    Events come in the order of files and lines. Any thread may ask; one at a time is answered.
    """

    VERSION: ClassVar[str]
    """The version of what reads."""

    def __new__(
        cls,
        paths: Sequence[bytes],
        *,
        level: str | None,
        since_us: int | None,
        until_us: int | None,
        year: int | None,
        zone: Sequence[tuple[int, int]],
        events: bool,
        messages: bool,
        bucket_s: int,
        similarity: float,
        max_templates: int,
        samples: int,
        max_ids: int,
        names: Sequence[str],
        whole: Sequence[int],
        digest: bool,
        threads: int,
    ) -> LogReading:
        """Begin to read.

        Args:
            paths: Files as the operating system names them, read in this order.
            level: `trace`, `debug`, `info`, `warning`, `error` or `critical`: only events at least as grave.
            since_us: Only events at or after this, microseconds since 1970.
            until_us: Only events before this.
            year: The year of times that name none; None takes the latest that is not after the file's own time.
            zone: For times that name no zone: from which wall-clock microsecond on how many seconds east of UTC hold.
            events: Hand over each event that passes.
            messages: Each line is a message without head.
            bucket_s: Width of a bucket of the rates.
            similarity: Share of equal words above which a message belongs to a template, 0 to 1.
            max_templates: Templates kept; what finds no place is counted under number 0.
            samples: Unparsed lines shown of each file.
            max_ids: Ids kept of each file; 0 looks for none.
            names: Only events whose service or logger is one of these, whatever the case, or begins with one.
            whole: Positions of files to which `names` does not apply.
            digest: Hash the files as they lie on disk.
            threads: How many parse, beside the one that reads.

        Raises:
            LogReadingError: No thread can be started.
            ValueError: The request makes no sense.
        """

    def next_batch(self, *, most: int, wait_ms: int) -> bytes | None:
        """Return the next rows as JSON, or None at the end.

        `{"events": [...], "summaries": [...], "templates": [[number, text], ...]}`: events and summaries are arrays
        with the fields of `LogEvent` and `LogSummary` in `ports/log_reader.py`, in that order; templates come with the
        last batch.

        Args:
            most: Events after which to return; those of one block more may come.
            wait_ms: How long to wait for them at most. Then what is there comes, perhaps nothing yet. The GIL is
                released.

        Raises:
            LogReadingError: A thread of the reading died.
        """

    def read_bytes(self) -> int:
        """Return how many decompressed bytes have been read so far; more than the rows handed over tell of."""

    def close(self) -> None:
        """Stop the reading's threads within one block; later calls of `next_batch` return None."""

@final
class BannedWords:
    """Rules about what must not stand in files, compiled once; any thread may search."""

    VERSION: ClassVar[str]
    """The version of what compiles and searches."""

    def __new__(cls, rules: bytes, /) -> BannedWords:
        """Compile rules.

        Args:
            rules: JSON, `{"rules": [rule, ...], "ignored": [path, ...]}`, each rule with `pattern` and perhaps
                `ignore_case`, `in_names`, `below`, `except_lines`, `except_paths`. `pattern` is a regular
                expression in Python's syntax, or else a literal; `in_names` asks for it in file names, not in lines;
                `below` limits it to folders of that name; `except_lines` and `except_paths` are patterns of what is
                exempt; `ignored` are paths left out whole.

        Raises:
            ValueError: The JSON is not of that form.
        """

    def forms(self) -> list[str]:
        """Return what each pattern was taken for: `regex`, `backtracking`, `literal`, or `unusable: ` and why."""

    def search(self, root: bytes, paths: Sequence[bytes], /) -> bytes:
        """Return what the files hold, in the order of `paths`, as JSON; the GIL is released, and all cores work.

        `[[{"path", "sha256", "found": [[rule, line, column], ...], "costly": [[rule, line], ...]}, ...],
        {"searched", "lines", "binary", "ignored", "unread": [[path, why], ...]}]`: `path` and `rule` are indexes; lines
        and columns (characters) count from 1, line 0 is the file's name; each rule is told once a line. A rule stands
        under `costly` with the line where its budget for that file was used up. Files without either are left out.

        Args:
            root: The folder that the paths are relative to.
            paths: Regular files as the operating system names them; links are not followed.
        """

class CodeCountError(OSError):
    """Nothing can be counted below a folder, or the thread that counted died; says which."""

@final
class CodeCount:
    """A count of code under way, on threads of its own; any thread may ask.

    Hidden files and what ignore files name are left out, as the `tokei` program does; no configuration is read.
    """

    VERSION: ClassVar[str]
    """The version of the library that tells code from comments."""

    def __new__(
        cls,
        target: bytes,
        *,
        ignore: Sequence[str],
        follow_ignore_files: bool,
        include_vendored: bool,
        largest_bytes: int,
        least_lines: int,
        threads: int,
    ) -> CodeCount:
        """Open the folder and begin.

        Args:
            target: The folder: a path as the operating system holds it.
            ignore: Lines in the syntax of `.gitignore`, relative to `target`, left out whatever ignore files say.
            follow_ignore_files: Honour `.gitignore`, `.ignore` and `.git/info/exclude`.
            include_vendored: Count vendored and build folders too.
            largest_bytes: Files of more bytes are told and not read.
            least_lines: Lines from which equal code is called duplicated; 0 looks for none.
            threads: How many read and count.

        Raises:
            CodeCountError: The target is no folder that can be opened.
            ValueError: A line to ignore is no pattern.
        """

    def result(self, *, wait_ms: int) -> bytes | None:
        """Return the count as JSON once it is done; None while it is not, after waiting for that long.

        `{"languages": {name: {"blanks", "code", "comments", "files", "size_bytes"}}, "largest": [...], "skipped":
        [[path, why], ...], "duplication": {"least_lines", "lines", "duplicated", "block_count", "blocks"} or null}`:
        see `ami_audit.ports.code_counter.CodeCount`. Comes once; the GIL is released.

        Raises:
            CodeCountError: The thread that counted died.
        """

    def files(self) -> int:
        """Return how many files have been counted so far."""

    def close(self) -> None:
        """Stop the count's threads within one file's reading."""

def scan_place(target: bytes) -> str:
    """Return how records name what a walk of `target` begins at; `.` for the root of a repository or of the walk.

    Raises:
        ScanError: The target cannot be opened.
    """

def file_stamps(records: Sequence[bytes], *, except_mime: Sequence[str]) -> bytes:
    """Return the stamps that the texts of records tell, 16 bytes each, sorted; the GIL is released.

    A stamp is the beginning of SHA-256 over a tag and, each after its length (u64 BE): path, volume, inode, size,
    modified_at, changed_at, mode, owner and group of a file that was read. Records that are no `file.observed` or
    `file.seen`, that were no success or hide a value give none, nor do files whose name is no text, and files that had
    been changed less than two seconds before their run began (which `run_id` tells).

    Args:
        records: Canonical texts.
        except_mime: Media types of files that give none.
    """

def log_time(
    text: bytes, *, year: int | None, reference_us: int, zone: Sequence[tuple[int, int]]
) -> tuple[int, str, int] | None:
    """Return the time that a line begins with, or None.

    Args:
        text: The line.
        year: The year of times that name none; None takes the latest that is at most a day after `reference_us`.
        reference_us: When the log was last written, microseconds since 1970.
        zone: For times that name no zone: from which wall-clock microsecond on how many seconds east of UTC hold,
            rising; before the first the first holds.

    Returns:
        Microseconds since 1970; `parsed`, `zone-assumed` or `year-assumed`; and how many bytes the time takes.
    """

def log_level(word: bytes) -> str | None:
    """Return the level that a word means, whatever its case, or None."""

def log_words(message: bytes) -> bytes:
    """Return a message's words, their parameters masked, with one space between.

    Numbers become `<number>`, hexadecimal runs `<hex>`, addresses `<ip>`, UUIDs `<uuid>`, paths `<path>`, numbers with
    a unit of time `<duration>`. At most 4096 bytes and 256 words are looked at.
    """
