"""The command, as its script and as `python -m ebpfcc`. Ctrl-C while modules are still being read ends the process as if it were no Python."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found] # `signal` without its enumerations, which take longer than all else here

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command() -> None:
    from .cli import command as run

    run()


if __name__ == "__main__":
    command()
