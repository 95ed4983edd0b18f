"""What each check is, as SARIF names and explains rules."""

from typing import Any, NamedTuple

from ami_audit.domain.verification import broken_by


class Rule(NamedTuple):
    """One check: its lasting id, its name, what is wrong when it fails, and what to do."""

    check: str
    id: str
    name: str
    wrong: str
    help: str

    def descriptor(self) -> dict[str, Any]:
        """Return the rule as SARIF describes one."""
        return {
            "id": self.id,
            "name": self.name,
            "shortDescription": {"text": self.wrong},
            "fullDescription": {"text": f"{self.wrong} It disproves the level `{broken_by(self.check).label}`."},
            "messageStrings": {"default": {"text": "{0}: {1}."}},
            "help": {"text": self.help},
            "defaultConfiguration": {"level": "error"},
            "properties": {"check": self.check, "breaks": broken_by(self.check).label, "security-severity": "9.0"},
        }


_RECORD = (
    "Copy the trail's folder away, look at the record with `ami-audit verify --record`, and compare with a backup."
)
_BESIDE = "The records hold; what stands beside them was changed. Compare with a backup."
_END = "Compare with a backup or with a checkpoint kept elsewhere; the end was cut off or the trail was told anew."
_RULES = (
    ("frame", "StoredRowIsARecord", "A stored row cannot be read as a record.", _RECORD),
    ("sequence", "NoRecordIsMissing", "A record is missing, or one stands where none belongs.", _RECORD),
    ("link", "RecordNamesTheOneBefore", "The previous hash is not the hash of the record before.", _RECORD),
    ("hash", "RecordHashesAsSealed", "The record hash is not what the canonical text hashes to.", _RECORD),
    ("content", "TextIsThisRecord", "The canonical text is not an object with this sequence.", _RECORD),
    ("form", "TextIsCanonical", "The canonical text is not canonical JSON (RFC 8785).", _RECORD),
    ("bits", "WorkWasDone", "The record hash has fewer leading zero bits than the first record asks for.", _RECORD),
    ("time", "TimeGoesForward", "The time of sealing is missing, malformed or earlier than before.", _RECORD),
    ("signature", "SignatureVerifies", "A signature does not verify.", _RECORD),
    ("signature-block", "SignaturesAreWellFormed", "The signatures are malformed or out of order.", _RECORD),
    ("unknown-key", "KeyIsOfTheTrail", "A signature is by a key that the trail does not name.", _RECORD),
    ("key-not-valid", "KeyIsValidThere", "A signature is by a key that was not valid at this position.", _RECORD),
    ("column", "ColumnsSayWhatTheTextSays", "A column or index row differs from the canonical text.", _BESIDE),
    ("tile", "TilesAreTheTree", "Stored hashes of the Merkle tree are not the tree's.", _BESIDE),
    ("head", "HeadIsTheEnd", "The stored end of the trail is not its end.", _END),
    ("key", "KeyTableSaysWhatRecordsSay", "The key table differs from what the records say.", _BESIDE),
    ("checkpoint", "CheckpointsFit", "A signed checkpoint does not fit the trail.", _END),
    ("schema", "SchemaIsOurs", "A table, index or trigger of the database is missing, changed or foreign.", _BESIDE),
    ("pages", "FileIsWhole", "The database file itself is damaged.", "Copy the folder away; restore a backup."),
    ("level", "RequiredLevelIsReached", "Less is proven than was required.", "The message says what is missing."),
    ("other", "TrailIsAsSealed", "Something in the trail is not as it was sealed.", _RECORD),
    ("disclosure", "DisclosuresFit", "What opens a committed value is not what the record committed to.", _BESIDE),
    ("segment", "IndexesSayWhatRecordsSay", "A sealed index differs from the records that it covers.", _RECORD),
    (
        "cosignature",
        "CosignaturesVerify",
        "A cosignature of a witness does not verify, or fits no checkpoint.",
        _BESIDE,
    ),
    ("hold", "HoldsAreKept", "A record prunes or erases while a legal hold is in force.", _RECORD),
)
RULES = {check: Rule(check, f"AMI{1000 + place}", *told) for place, (check, *told) in enumerate(_RULES, 1)}
"""Every rule by its check, in the order of their ids, which never change."""
