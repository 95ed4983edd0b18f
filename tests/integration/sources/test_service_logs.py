"""Are the logs of a service read where they are, and told by what they say?"""

import json
from pathlib import Path

import pytest
from tests.support.engine import Engine
from tests.support.services import COMPOSE, kinds, the_service, write

from ami_audit.domain.kinds import LogLevel

pytestmark = pytest.mark.integration

_COMPOSE = "services: {web: {image: x, container_name: ami-healthy}}"
_LINES = """\
2026-01-05T10:00:00Z INFO started on port 80
2026-01-05T10:00:01Z ERROR payment 17 failed: password=hunter2
2026-01-05T10:00:02Z ERROR payment 18 failed: password=hunter3
2026-01-05T11:30:00Z WARNING disk is filling
"""


@pytest.fixture
def place(tmp_path: Path, no_engine: Path) -> Path:
    """A place with a service that names its log file."""
    write(tmp_path, "logs/api.log", _LINES)
    manifest = "services: {api: {execution: {local: {command: serve}}, logs: [logs/api.log]}}"
    return write(tmp_path, "scripts/services.yaml", manifest)


def test_the_log_of_a_container_is_read_from_its_engine(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has written since the moment asked for, by level, with secrets masked."""
    monkeypatch.setenv("DOCKER_HOST", engine.address)
    write(tmp_path, COMPOSE, _COMPOSE)
    draft = the_service(tmp_path, "web", include_logs=True, since="24 hours ago", level=LogLevel.ERROR)
    logs = draft.context["logs"]
    assert logs["from"] == ["container:ami-healthy"]
    assert logs["levels"] == {"error": 1}
    assert "payment" in logs["told"][0]["text"]
    assert "hunter2" not in json.dumps(draft.context)
    assert "errors-logged" in kinds(draft)


def test_log_files_of_the_manifest_are_read(place: Path) -> None:
    """Events at or above the level, alike ones together."""
    logs = the_service(place, "api", include_logs=True, level=LogLevel.ERROR).context["logs"]
    assert (logs["from"], logs["events"], logs["levels"]) == (["logs/api.log"], 4, {"error": 2})
    (told,) = logs["told"]
    assert told["count"] == 2
    assert "hunter" not in json.dumps(logs)


def test_only_the_time_asked_for_is_read(place: Path) -> None:
    """`--since` and `--until` are of the events' own time."""
    logs = the_service(
        place, "api", include_logs=True, since="2026-01-05T11:00:00Z", until="2026-01-06T00:00:00Z"
    ).context["logs"]
    assert logs["levels"] == {"warning": 1}


def test_logs_are_read_only_when_asked_for(place: Path) -> None:
    """They may be large, and hold what is nobody's business."""
    assert "logs" not in the_service(place, "api").context


def test_a_log_outside_the_place_is_not_read(tmp_path: Path, place: Path) -> None:
    """A manifest cannot have the audit read the user's own files."""
    manifest = "services: {api: {logs: [../../etc/passwd, logs/link.log, logs/none.log]}}"
    write(place, "scripts/services.yaml", manifest)
    (place / "logs/link.log").symlink_to("/etc/passwd")
    draft = the_service(place, "api", include_logs=True)
    told = " ".join(finding.description for finding in draft.findings)
    assert told.count("it leads out of the audited place") == 2
    assert "none.log" in told
    assert "root:" not in json.dumps(draft.context)


def test_a_service_without_a_known_log_says_so(tmp_path: Path, no_engine: Path) -> None:
    """Silence would look like a log without errors."""
    write(tmp_path, "scripts/services.yaml", "services: {api: {execution: {local: {command: serve}}}}")
    assert "logs-unknown" in kinds(the_service(tmp_path, "api", include_logs=True))
