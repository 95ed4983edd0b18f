"""The one place where an error becomes a sentence and an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence

from pydantic import ValidationError
from typer import Typer

from ami_audit.domain.errors import AuditError
from ami_audit.domain.text import one_line

INTERRUPTED = 130
_SHOWN = 300


class Finished(Exception):  # noqa: N818 (it is no error: a command's own exit code)
    """A command has done its work and ends with this exit code."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def guarded(application: Typer, words: Sequence[str], *, debug: bool = False) -> int:
    """Run the application; return 0 done, 1 findings or unproven, 2 wrong usage, 3 the world failed, 130 Ctrl-C.

    Args:
        application: The commands.
        words: The command line, without the program's name.
        debug: Show where an error came from, before its sentence.
    """
    try:
        application(list(words), prog_name="ami-audit")
    except Finished as end:
        return end.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BrokenPipeError:
        return _quiet_pipe()
    except (KeyboardInterrupt, AuditError, ValidationError) as error:
        if debug:
            traceback.print_exc()
        return _said(error)
    except Exception as error:  # noqa: BLE001 (a fault of ours is still one sentence)
        if debug:
            traceback.print_exc()
        return _said(error)
    return 0


def _said(error: BaseException) -> int:
    """Say the error in one sentence on stderr, and return its exit code."""
    match error:
        case AuditError():
            sentence, exit_code = str(error), error.exit_code
        case ValidationError():
            sentence, exit_code = _first(error), 2
        case KeyboardInterrupt():
            sentence, exit_code = "Stopped.", INTERRUPTED
        case _:
            what = f"{type(error).__name__}: {error}"[:_SHOWN]
            sentence = f"Something went wrong that should not ({what}); please report it, with what `--debug` shows."
            exit_code = 3
    print(f"ami-audit: {one_line(sentence)}", file=sys.stderr)
    return exit_code


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}"


def _quiet_pipe() -> int:
    # The reader of our output (`| head`) has gone; Python would complain once more when it closes stdout.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
