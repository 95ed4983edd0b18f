"""Is a bundle what its published schema says?"""

import json

import jsonschema_rs
import pytest
from tests.support.published import PUBLISHED, bundle_schema, text_of

from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle


@pytest.mark.parametrize("asked", [None, {}, {"actor": "user3", "min_severity": "warning", "before": 30}])
async def test_a_bundle_is_what_its_schema_says(asked: dict[str, str | int] | None, session: Session) -> None:
    """Somebody writes a third verifier against it."""
    validator = jsonschema_rs.validator_for(json.loads((PUBLISHED / "bundle.json").read_text(encoding="utf-8")))
    document = json.loads((await made_bundle(session, Question(asked))).text())
    assert [str(error) for error in validator.iter_errors(document)] == []
    for name in document:
        assert not validator.is_valid({**document, name: 1})
        assert not validator.is_valid({key: value for key, value in document.items() if key != name})
    assert not validator.is_valid({**document, "more": 1})


def test_the_published_schema_is_the_one_its_model_makes() -> None:
    """A schema kept by hand falls behind; `python -m tests.support.published` writes it anew."""
    assert (PUBLISHED / "bundle.json").read_text(encoding="utf-8") == text_of(bundle_schema())
