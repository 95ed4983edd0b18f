"""Where the command line begins: the quick answers first, then the application."""

import gc
import os
import sys
from collections.abc import Sequence


def run(arguments: Sequence[str] | None = None) -> None:
    """Run `ami-audit` and leave the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        # Nothing else is loaded: this is the call that scripts make to see whether ami-audit is there.
        from ami_audit.entrypoints.bootstrap.release import version

        print(f"ami-audit {version()}")
        raise SystemExit(0)
    # Pydantic would search every installed package for plug-ins of its own, which costs more than most commands.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from ami_audit.entrypoints.cli.app import application
    from ami_audit.entrypoints.cli.failures import guarded

    # A run makes hundreds of thousands of small values that hold no circles; searching them often is time lost.
    gc.set_threshold(50_000, 20, 20)
    debug = "--debug" in words
    plain = [word for word in words if word != "--debug"]
    exit_code = guarded(application(plain), plain, debug=debug)
    # Python searches everything for circles once more before it ends: a fifth of what a short command takes.
    gc.freeze()
    raise SystemExit(exit_code)
