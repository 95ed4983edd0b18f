"""Can somebody else add a source without touching ours?"""

import json
from pathlib import Path

from tests.cli.conftest import Program

_MODULE = """
from ami_audit import AuditDraft, AuditSource, AuditTargetType


class WeatherSource(AuditSource):
    def stream(self, target, options, **_rest):
        yield [
            AuditDraft(
                action="weather.observed", target="sky", target_type=AuditTargetType.SERVICE, source="weather_source/1",
                actor="thermometer", context={"celsius": 7.5}, observed="07" * 32,
            )
        ]

    def supports(self, target_type):
        return target_type is AuditTargetType.SERVICE

    def get_metadata(self):
        return {"name": "weather", "version": "1"}
"""


def installed(folder: Path) -> dict[str, str]:
    """Install a small distribution into a folder, as a package installer would, and return the environment for it."""
    (folder / "weather_source.py").write_text(_MODULE)
    facts = folder / "weather_source-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: weather-source\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[ami_audit.sources]\nweather = weather_source:WeatherSource\n")
    return {"PYTHONPATH": str(folder)}


def test_an_installed_distribution_brings_a_source(ami_audit: Program, tmp_path: Path) -> None:
    """By an entry point: chosen by name, sealed like our own, and not recorded twice."""
    environment = installed(tmp_path)
    first = ami_audit("repo", "--sources=weather", "--format=json", environment=environment)
    assert json.loads(first.stdout)["sources"][0]["actions"] == {"weather.observed": 1}
    again = ami_audit("repo", "--sources=weather", "--format=json", environment=environment)
    assert json.loads(again.stdout)["sources"][0]["unchanged"] == 1
    ami_audit("verify", "--signatures")
    assert "weather" in ami_audit("repo", "--sources=snow", code=2, environment=environment).stderr
