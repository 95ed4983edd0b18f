"""Does `query` find what was asked for?"""

import json

from tests.cli.conftest import Program


def records(program: Program, *words: str) -> list[dict[str, object]]:
    """Return the records of a query."""
    found: list[dict[str, object]] = json.loads(program("query", "--format=json", *words).stdout)["records"]
    return found


def test_each_filter_narrows_the_answer(ami_audit: Program) -> None:
    """Every option of the command reaches the store."""
    ami_audit("repo")
    assert len(records(ami_audit, "--action=git.commit")) == 3
    assert {each["action"] for each in records(ami_audit, "--target=app")} == {"file.observed"}
    assert len(records(ami_audit, "--module=app")) == 2
    assert len(records(ami_audit, "--user=Ann Author <ann@example.org>")) == 3
    assert len(records(ami_audit, "--text=count FROM one")) == 1
    assert len(records(ami_audit, "--type=run")) == 2
    assert records(ami_audit, "--severity=HIGH") == []
    assert records(ami_audit, "--since=2100-01-01") == []
    assert len(records(ami_audit, "--source=file_source", "--limit=2")) == 2


def test_an_answer_that_goes_on_says_where(ami_audit: Program) -> None:
    """With the cursor of each answer one comes to the end, and sees each record once."""
    ami_audit("repo")
    seen: list[object] = []
    words: tuple[str, ...] = ()
    while True:
        page = json.loads(ami_audit("query", "--format=json", "--limit=4", *words).stdout)
        seen += [record["sequence"] for record in page["records"]]
        if page.get("next_cursor") is None:
            break
        words = (f"--after={page['next_cursor']}",)
    assert seen == list(range(len(seen)))
    assert len(seen) == len(records(ami_audit, "--limit=1000"))


def test_newest_first_begins_at_the_end(ami_audit: Program) -> None:
    """The latest record of a run is its end."""
    ami_audit("repo")
    assert records(ami_audit, "--newest", "--limit=1")[0]["action"] == "collection.finished"


def test_newest_first_goes_on_backwards(ami_audit: Program) -> None:
    """The same cursor, the other way."""
    ami_audit("init")
    ami_audit("repo", "--sources=file")
    seen: list[object] = []
    words: tuple[str, ...] = ()
    while True:
        page = json.loads(ami_audit("query", "--newest", "--format=json", "--limit=2", *words).stdout)
        seen += [record["sequence"] for record in page["records"]]
        if page.get("next_cursor") is None:
            break
        words = (f"--before={page['next_cursor']}",)
    assert seen == list(reversed(range(len(seen))))
    assert seen[-1] == 0


def test_a_wrong_severity_or_limit_is_refused(ami_audit: Program) -> None:
    """One sentence, exit code 2."""
    ami_audit("init")
    assert "severity" in ami_audit("query", "--severity=purple", code=2).stderr
    ami_audit("query", "--limit=-1", code=2)
