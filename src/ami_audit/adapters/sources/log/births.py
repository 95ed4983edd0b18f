"""What a template said when it had one message only."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from ami_audit.ports.log_reader import LogReader, LogRequest


def texts_at_birth(reader: LogReader, messages: Sequence[str]) -> list[str]:
    """Return for each message the text of the template that it alone would make; empty where it makes none.

    An earlier run that saw fewer messages knew a template under such a text: `user ann failed`, and now
    `user <*> failed`.
    """
    if not messages:
        return []
    with TemporaryDirectory(prefix="ami-audit-messages-") as folder:
        path = Path(folder) / "messages"
        lines = [" ".join(message.splitlines()) for message in messages]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        request = LogRequest(paths=(str(path),), messages=True, events=True, similarity=1.0, max_ids=0)
        numbers: dict[int, int] = {}
        texts: dict[int, str] = {}
        with closing(reader.read(request)) as batches:
            for batch in batches:
                numbers.update((event.line, event.template) for event in batch.events)
                texts.update(batch.templates)
    return [texts.get(numbers.get(line, 0), "") for line in range(1, len(messages) + 1)]
