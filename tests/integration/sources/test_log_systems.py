"""Are the logs of many systems understood as their writers meant them?

Each line is made after what such a system really writes.
"""

from pathlib import Path

import pytest

from ami_audit.domain.kinds import LogLevel
from support.log_files import drafts_of, only

_WINDOWS = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Shop"/>'
    '<EventID>7</EventID><Level>2</Level><TimeCreated SystemTime="2026-01-31T10:00:00.1234567Z"/>'
    "<Computer>box</Computer></System><EventData><Data>no money</Data></EventData></Event>\n"
)
_SYSTEMS = {
    "nginx errors": (
        "2026/01/31 10:00:00 [error] 1234#0: *5 connect() failed (111: Connection refused) while connecting\n",
        ("error", "2026-01-31T10:00:00.000000Z", "connect() failed"),
    ),
    "apache errors": (
        "[Sat Jan 31 10:00:00.123456 2026] [proxy:error] [pid 42:tid 1] (111)Connection refused: AH00957: HTTP\n",
        ("error", "2026-01-31T10:00:00.123456Z", "Connection refused"),
    ),
    "apache 2.2": (
        "[Sat Jan 31 10:00:00 2026] [error] mod_jk child workerEnv in error state 6\n",
        ("error", "2026-01-31T10:00:00.000000Z", "mod_jk child workerEnv"),
    ),
    "access log": (
        '10.0.0.1 - ann [31/Jan/2026:10:00:00 +0100] "GET /cart HTTP/1.1" 502 157 "-" "curl/8.0" 0.003\n',
        ("error", "2026-01-31T09:00:00.000000Z", "GET /cart"),
    ),
    "postgres": (
        '2026-01-31 10:00:00.123 UTC [4242] ann@shop ERROR:  relation "carts" does not exist at character 15\n',
        ("error", "2026-01-31T10:00:00.123000Z", 'relation "carts" does not exist'),
    ),
    "redis": (
        "4242:M 31 Jan 2026 10:00:00.123 # Can't save in background: fork: Cannot allocate memory\n",
        ("warning", "2026-01-31T10:00:00.123000Z", "save in background"),
    ),
    "hadoop": (
        "2026-01-31 10:00:00,978 ERROR [RMCommunicator Allocator] org.apache.hadoop.mapreduce.RMCommunicator: no RM\n",
        ("error", "2026-01-31T10:00:00.978000Z", "no RM"),
    ),
    "zookeeper": (
        "2026-01-31 10:00:00,978 - WARN  [SendWorker:188978561024:QuorumCnxManager$SendWorker@679] - Interrupted\n",
        ("warning", "2026-01-31T10:00:00.978000Z", "Interrupted"),
    ),
    "spark": (
        "26/01/31 10:00:00 ERROR executor.Executor: Exception in task 0.0 in stage 1.0\n",
        ("error", "2026-01-31T10:00:00.000000Z", "Exception in task"),
    ),
    "android": (
        "01-31 10:00:00.123  1702  2395 E ActivityManager: ANR in com.example.shop\n",
        ("error", None, "ANR in com.example.shop"),
    ),
    "kubelet": (
        "E0131 10:00:00.123456    4242 kubelet.go:2419] Error getting node: not found\n",
        ("error", None, "Error getting node"),
    ),
    "cri": (
        '2026-01-31T10:00:00.123456789Z stderr F level=error msg="no money" component=till\n',
        ("error", "2026-01-31T10:00:00.123456Z", "no money"),
    ),
    "docker": (
        '{"log":"2026-01-31 10:00:00,000 ERROR shop: no money\\n","stream":"stderr","time":"2026-01-31T10:00:00.5Z"}\n',
        ("error", "2026-01-31T10:00:00", "no money"),
    ),
    "logfmt": (
        'time="2026-01-31T10:00:00Z" level=error msg="no money" till=3\n',
        ("error", "2026-01-31T10:00:00.000000Z", "no money"),
    ),
    "syslog 5424": (
        '<11>1 2026-01-31T10:00:00.003Z box shopd 4242 ID47 [x@1 a="b"] no money\n',
        ("error", "2026-01-31T10:00:00.003000Z", "no money"),
    ),
    "syslog 3164": (
        "<11>Jan 31 10:00:00 box shopd[4242]: no money\n",
        ("error", None, "no money"),
    ),
    "windows": (
        _WINDOWS,
        ("error", "2026-01-31T10:00:00.123456Z", "no money"),
    ),
    "python": (
        "2026-01-31 10:00:00,123 - shop.till - ERROR - no money\n",
        ("error", "2026-01-31T10:00:00.123000Z", "no money"),
    ),
    "python without times": ("ERROR:shop.till:no money\n", ("error", "", "no money")),
    "loguru": (
        "2026-01-31 10:00:00.123 | ERROR    | shop.till:pay:42 - no money\n",
        ("error", "2026-01-31T10:00:00.123000Z", "no money"),
    ),
    "java": (
        "2026-01-31 10:00:00.123 ERROR 4242 --- [nio-8080-exec-1] c.e.shop.Till : no money\n",
        ("error", "2026-01-31T10:00:00.123000Z", "no money"),
    ),
    "openstack": (
        "2026-01-31 10:00:00.123 2931 ERROR nova.compute.manager [req-3ea4052c-895d-4b64-9e2d-04d64c4d94ab] no money\n",
        ("error", "2026-01-31T10:00:00.123000Z", "no money"),
    ),
    "go": (
        '{"time":"2026-01-31T10:00:00.5Z","level":"ERROR","msg":"no money"}\n',
        ("error", "2026-01-31T10:00:00.500000Z", "no money"),
    ),
    "node": (
        '{"level":50,"time":1769853600000,"pid":42,"hostname":"box","msg":"no money"}\n',
        ("error", "2026-01-31T10:00:00.000000Z", "no money"),
    ),
    "journald": (
        '{"__REALTIME_TIMESTAMP":"1769853600000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"shopd","MESSAGE":"no money"}\n',
        ("error", "2026-01-31T10:00:00.000000Z", "no money"),
    ),
}


@pytest.mark.parametrize("system", _SYSTEMS)
def test_a_line_is_understood(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Level, time and message are what every question is asked by."""
    monkeypatch.chdir(tmp_path)
    line, (level, moment, message) = _SYSTEMS[system]
    Path("x.log").write_text(line)
    (draft,) = only(drafts_of("x.log", level=LogLevel.WARNING), "log.event")
    assert (draft.context["level"], message in draft.context["message"]) == (level, True)
    if moment == "":
        assert draft.timestamp is None
    elif moment is None:  # a line without a year
        assert str(draft.timestamp)[4:16] == "-01-31T10:00"
    else:
        assert str(draft.timestamp).startswith(moment)
