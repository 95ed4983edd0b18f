"""Which files may be archives, by what is recorded of them."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
MIMES = (
    "application/zip",
    "application/epub+zip",
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
    f"{_OPEN}.text",
    f"{_OPEN}.spreadsheet",
    f"{_OPEN}.presentation",
    "application/x-tar",
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
    "application/zstd",
)
"""The media types, as records name them, of what may be an archive."""
