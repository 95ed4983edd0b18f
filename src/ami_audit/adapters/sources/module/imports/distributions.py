"""Which distribution brings a name that is imported."""

from collections.abc import Iterable, Mapping

from ami_audit.adapters.sources.module.dependencies.licences import Installed
from ami_audit.adapters.sources.module.dependencies.naming import python_name

# Where the name that is imported says little of the name that is installed.
_ALIASES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "bson": "pymongo",
    "crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google-oauth2": "google-auth",
    "google-protobuf": "protobuf",
    "googleapiclient": "google-api-python-client",
    "grpc": "grpcio",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "kafka": "kafka-python",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "mysqldb": "mysqlclient",
    "nacl": "pynacl",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "pythonjsonlogger": "python-json-logger",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "pysocks",
    "usb": "pyusb",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
# Names that many distributions share; the next part says which.
_SHARED = frozenset({"azure", "backports", "google", "jaraco", "opentelemetry", "ruamel", "sphinxcontrib", "zope"})


class Distributions:
    """Finds the distribution of an import: by what is installed, by name, by what is commonly known."""

    def __init__(self, installed: Mapping[str, Installed], wanted: Iterable[str]) -> None:
        """Args: `wanted` are the distributions that the project asks for."""
        self._wanted = set(wanted)
        self._installed: dict[str, list[str]] = {}
        for distribution, facts in installed.items():
            for name in facts.names:
                self._installed.setdefault(name, []).append(distribution)

    def of(self, what: str) -> str:
        """Return the distribution of a dotted name: a wanted one if any may bring it."""
        possible = self.possible(what)
        return next((name for name in possible if name in self._wanted), possible[0])

    def possible(self, what: str) -> list[str]:
        """Return every distribution that may bring a dotted name, likeliest first."""
        parts = what.split(".")
        spelled = [python_name("-".join(parts[:end])) for end in range(min(len(parts), 4), 0, -1)]
        found = list(self._installed.get(parts[0], ())) if parts[0] not in _SHARED else []
        found += [_ALIASES[name] for name in spelled if name in _ALIASES]
        top = spelled[-1]
        if parts[0] in _SHARED:
            found += sorted(name for name in self._wanted if name.startswith(f"{spelled[0]}-"))
            found += [name for name in spelled if name.count("-") <= 1]
        else:
            found += [top, f"python-{top}", f"py{top}", f"{top}-python", f"{top}-binary"]
            found += sorted(name for name in self._wanted if name.replace("-", "") == top.replace("-", ""))
        return list(dict.fromkeys(found))
