"""The quality source: banned words beside a loop over `re`, complexity beside radon and beside ruff alone.

The code is Python's own library and installed packages, 300,000 and 800,000 lines. Words: 209 patterns of the kinds
that real lists hold, looked for in every line; the loop searches a few files only, as it is slow, and rates are
compared. Complexity: ours runs ruff, reads what it says of every function, and makes drafts of those over the limit,
with their files' hashes; `ruff` alone writes the same lines to a file; radon measures a few files only.
"""

import re
import subprocess
import sys
from pathlib import Path

from codebase import files_in, folder, lines_of
from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch

from ami_audit.adapters.chain_core.words import NativeWordMatcher
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import QualitySource
from ami_audit.ports.word_matcher import WordRule

_BIN = Path(sys.executable).parent
_COMPLEXITY = AuditOptions(quality_tools=("complexity",))
# Of every so many files one: what is slow is measured on a part.
_WORDS_PART, _RADON_PART = 60, 12

_STEMS = (
    "abandon absurd amazing ancient awkward balance barely beacon bespoke blazing boldly bridge broken bundle "
    "canvas cascade catalyst chaos clever clumsy compelling crucial cutting daring dazzling deeply deliver delight "
    "demystify disrupt dynamic easily elegant elevate embrace empower endless enhance ensure essential exciting "
    "expert explore fabric fancy fearless flagship flawless foster fragile frontier fuel gateway genius gorgeous "
    "hacky harmony hopeful immense impact inspire instantly intricate invent journey keen landscape lasting legend "
    "lively magic masterful meticulous mighty mosaic mystery nifty nimble notable obvious odyssey optimal ornate "
    "passion patchy pathway perfect pillar pivotal playful polish potent powerful premium pristine profound prosper "
    "proud quaint quirky radiant rapidly refine relentless remarkable resonate rich robust sacred savvy seamless "
    "secret serene shiny simply sleek smooth soulful spark spectrum splendid stellar stunning sublime supreme swift "
    "symphony tedious testament thrive timeless tireless top transform treasure triumph trusty ultimate uncover "
    "unique unleash unlock unravel utmost vast vibrant vital vivid whimsical wisdom wondrous zealous algebra anchor "
    "arcane atlas aura banner barrage bedrock binder bloom bravery brisk candid caution charm cipher clarity comet "
    "copious courage crisp crystal curious dapper decisive devout "
)
_SHAPES = (
    *(r"#\s*type:\s*ignore", r"#\s*noqa", r"\bdict\[.*,\s*Any\]", r"\|\s*object\b", r"\blist\[dict\]"),
    *(r":\s*Any\b", r"\bgetattr\(", r"\bsetattr\(", r"\bhasattr\(", r"except\s*:\s*$", r"\bprint\("),
    *(r"os\.system\(", r"\beval\(", r"(?<!literal_)eval\(", r"(?<!\w)exec\(", r"\buuid\d\(\)"),
    *(r"if.*skip.*:", r"reason=.*not implemented", r"\bmock\b", r"\bstubs?\b", r"\bfallback\b"),
    *(r"\blegacy\b", " -- ", r"\u2014", r"pragma:\s*no cover", r"\.parent\.parent", r"TODO|FIXME"),
    *(r"https?://localhost", r"password\s*=\s*['\"]", r"global\s+\w+", r"import\s+\*"),
)
_PATTERNS = [*_SHAPES, *(rf"\b{stem}\b" for stem in _STEMS.split())][:209]


def _words(place: Path) -> list[Line]:
    files = files_in(place)
    names = [str(file.relative_to(place)) for file in files]
    part = files[::_WORDS_PART]
    assert len(_PATTERNS) == 209
    expected = _looped(part)
    found = NativeWordMatcher([WordRule(text) for text in _PATTERNS]).search(
        str(place), [str(file.relative_to(place)) for file in part]
    )
    assert sum(len(file.found) for file in found.files) == expected

    def ours() -> int:
        matcher = NativeWordMatcher([WordRule(text) for text in _PATTERNS])
        return matcher.search(str(place), names).lines

    def loop() -> int:
        _looped(part)
        return lines_of(part)

    duel = Duel({"ours": Side("compiled and searched", ours), "re": Side("`re`, line by line", loop)}).run()
    work = f"banned words, 209 patterns, {duel.measures['ours'][0].units:,} lines"
    return [duel.line(work, "ours", "re", unit="lines", goal=">= 20")]


def _looped(files: list[Path]) -> int:
    compiled = [re.compile(text) for text in _PATTERNS]
    count = 0
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                count += sum(pattern.search(line) is not None for pattern in compiled)
    return count


def _complexity(place: Path, kept: Path) -> list[Line]:
    files = files_in(place)
    count, part = lines_of(files), files[::_RADON_PART]
    isolated = ("--isolated", "--select=C901", "--config=lint.mccabe.max-complexity=0", "--no-cache", "--ignore-noqa")

    def ours() -> int:
        drafts = [draft for batch in QualitySource().stream(str(place), _COMPLEXITY) for draft in batch]
        assert drafts[-1].context["functions"] > count // 100
        return count

    def ruff() -> int:
        command = [_BIN / "ruff", "check", *isolated, "--output-format=json-lines", "--exit-zero", "."]
        with (kept / "ruff.jsonl").open("wb") as out:
            subprocess.run(command, cwd=place, stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=600)
        return count

    def radon() -> int:
        command = [_BIN / "radon", "cc", "-j", *part]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=600)
        return lines_of(part)

    sides = {"ours": Side("`QualitySource`", ours), "ruff": Side("`ruff check --select C901`", ruff)}
    if (_BIN / "radon").exists():
        sides["radon"] = Side("`radon cc`", radon)
    else:
        print("  not measured: radon is not installed")
    duel = Duel(sides).run()
    work = f"complexity of {count:,} lines"
    lines = [duel.line(work, "ours", "ruff", unit="lines", goal="<= 2.5")]
    return [*lines, duel.line(work, "ours", "radon", unit="lines", goal=">= 15")] if "radon" in sides else lines


if __name__ == "__main__":
    begin("quality")
    tell("quality", _words(folder(300_000)))
    with scratch() as place_for_ruff:
        tell("quality", _complexity(folder(800_000), place_for_ruff))
