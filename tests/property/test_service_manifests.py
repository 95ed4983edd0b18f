"""Can a manifest be so odd that reading it fails?"""

import json
import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ami_audit.adapters.sources.service.drafts import manifest_draft, service_draft
from ami_audit.adapters.sources.service.judging import conflicts, judged
from ami_audit.adapters.sources.service.manifests import read_catalogue
from ami_audit.adapters.sources.service.manifests.catalogue import members_of
from ami_audit.adapters.sources.service.manifests.variables import MissingVariableError, filled_in
from ami_audit.adapters.sources.service.matching import Seen, State

# The words that readers of manifests look for, so that chance finds its way into them.
_WORDS = re.findall(
    r"\S+",
    """
    services processes profiles compose files path compose_file compose_services local_services podman_pods containers
    name type command cwd env environment health healthcheck tcp http https host port timeout url test interval image
    build container_name ports target published host_ip protocol volumes source cap_add privileged network_mode
    depends_on restart execution local docker enabled kind tags autostart members unit logs log module file service
    """,
)
_TEXTS = st.sampled_from(
    [
        "",
        "a",
        "b",
        "127.0.0.1",
        "${X:-1}",
        "${X:?no}",
        "80:80",
        "1-9:1-9",
        "x:y",
        "'",
        "docker-compose",
        "30s",
        "true",
        "http://[",
        "*",
    ]
)
_KEYS = st.sampled_from(_WORDS) | st.sampled_from(["a", "b", "x-y"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.floats(allow_nan=False) | _TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=25,
)
_MANIFESTS = st.dictionaries(_KEYS, _VALUES, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_MANIFESTS, st.sampled_from(["docker-compose.yml", "scripts/services.yaml", "nodes/config/setup-service.yaml"]))
@example({"services": {"a": {"image": "x", "profiles": 7, "restart": {}, "environment": 3}}}, "docker-compose.yml")
@example({"services": {"a": {"restart": [], "health": {"tcp": [1]}}}}, "scripts/services.yaml")
@example({"profiles": {"a": ["b"], "b": ["a"]}}, "scripts/services.yaml")
def test_no_manifest_is_too_odd(manifest: dict[str, object], path: str) -> None:
    """Whatever stands where something else should: it is told, and the rest is read."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(manifest), encoding="utf-8")
        catalogue = read_catalogue(Path(folder), [], environment={})
    drafts = [manifest_draft(read) for read in catalogue.manifests]
    assert drafts
    clashes = conflicts(catalogue.services)
    for service in catalogue.services.values():
        seen = Seen(name=service.name, state=State.MISSING, declared=service)
        faults = [*judged(seen, [], [], usage={}), *clashes.get(service.name, [])]
        drafts.append(service_draft(seen, [], faults, usage={}, shares={}))
    for draft in drafts:
        json.dumps([draft.target, draft.context], ensure_ascii=False, allow_nan=False).encode()
    assert all(name not in catalogue.profiles or members_of(catalogue, name) is not None for name in catalogue.profiles)


@given(
    st.text(alphabet="${}:-?+ab _", max_size=30),
    st.dictionaries(st.sampled_from(["a", "b", "ab"]), st.text(max_size=3)),
)
def test_variables_are_filled_in_or_missed_and_nothing_else(text: str, values: dict[str, str]) -> None:
    """Braces without end, nested defaults, lone signs: never another error, and plain text stays as it is."""
    try:
        filled = filled_in(text, values)
    except MissingVariableError:
        assert "?" in text
    else:
        assert "$" in text or filled == text
