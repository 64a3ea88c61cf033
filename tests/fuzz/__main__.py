"""`python tests/fuzz [--seconds N] [--cases N] [--seed N] [--only TARGET] [--keep FOLDER]`: random cases for each target, until the time is over.

A case is known by target, seed and number, and `--case TARGET:SEED:NUMBER` runs that one. A worker process runs them under limits of memory and
processor time; the process that started it notes what kills or stops it. Exit status 1 if anything was found, with one case of each kind.
"""

from __future__ import annotations

import argparse
import mmap
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
SECONDS = 10  # of processor time for a case
STUCK = 300  # by the clock, for what does not even listen to signals; a loaded machine may take that long for ten seconds' work
MEMORY = 1 << 30
TARGETS = ("source", "object", "packet", "assembly", "command")


class Hang(BaseException):
    """A case takes too long."""


def stop(number: int, frame: FrameType | None) -> None:
    raise Hang


def signature(error: BaseException) -> str:
    """Two failures of one kind have one: the exception and the innermost function of ours."""
    place = "?"
    for frame in traceback.extract_tb(error.__traceback__):
        if "ebpfcc" in frame.filename:
            place = f"{os.path.basename(frame.filename)}:{frame.name}"
    cause = error.__cause__
    inner = f" <- {signature(cause)}" if cause is not None and cause.__cause__ is not cause else ""
    text = str(error).split("\n")[0][:100] if type(error).__name__ == "Wrong" else ""
    return f"{type(error).__name__} {text} {place}{inner}"


def run_case(target: str, seed: int, number: int) -> BaseException | None:
    """What was wrong with it."""
    import targets

    try:
        case = targets.TARGETS[target](random.Random(f"{target}:{seed}:{number}"))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            case()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None


def worker(target: str, seed: int, first: int, count: int, deadline: float, progress: Path, found: Path) -> None:
    """Runs cases, notes the number of the one in work, and writes down one failure of each kind."""
    signal.signal(signal.SIGPROF, stop)
    import targets

    targets.WARM.get(target, targets.sources)()
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + MEMORY, own + MEMORY))
    with progress.open("r+b") as stream, mmap.mmap(stream.fileno(), 8) as shared, found.open("a") as out:
        for number in range(first, count):
            shared[:] = struct.pack("<Q", number)
            if time.time() > deadline:
                return
            error = run_case(target, seed, number)
            if error is not None:
                print(f"{number}\t{signature(error)}", file=out, flush=True)
        shared[:] = struct.pack("<Q", count)


def fuzz(target: str, seed: int, count: int, seconds: float) -> tuple[int, dict[str, list[int]]]:
    """-> (cases run, numbers of the failing ones by kind)"""
    deadline = time.time() + seconds
    kinds: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        progress, found = Path(folder, "progress"), Path(folder, "found")
        progress.write_bytes(bytes(8))
        found.touch()
        at = 0
        while at < count and time.time() < deadline:
            arguments = [sys.executable, str(HERE), "--worker", f"{target}:{seed}:{at}:{count}:{deadline}:{progress}:{found}"]
            process = subprocess.Popen(arguments, env={**os.environ, "EBPFCC_VMLINUX": ""})
            last, since = at, time.time()
            while process.poll() is None:
                time.sleep(0.05)
                now = struct.unpack("<Q", progress.read_bytes())[0]
                if now != last:
                    last, since = now, time.time()
                elif time.time() - since > STUCK:
                    process.kill()
                    process.wait()
            at = struct.unpack("<Q", progress.read_bytes())[0]
            if process.returncode:
                kinds.setdefault(f"killed by status {process.returncode}", []).append(at)
                at += 1
            elif time.time() > deadline:
                break
        for line in found.read_text().splitlines():
            number, _, kind = line.partition("\t")
            kinds.setdefault(kind, []).append(int(number))
    return at, kinds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cases", type=int, default=1 << 40, help="of each target, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=TARGETS, action="append")
    parser.add_argument("--case", help="TARGET:SEED:NUMBER: run one case, with its traceback")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        target, seed, first, count, deadline, progress, found = options.worker.split(":")
        worker(target, int(seed), int(first), int(count), float(deadline), Path(progress), Path(found))
        return 0
    if options.case:
        signal.signal(signal.SIGPROF, stop)
        target, seed, number = options.case.split(":")
        error = run_case(target, int(seed), int(number))
        if error is not None:
            traceback.print_exception(error)
        return int(error is not None)
    wrong = False
    chosen = options.only or TARGETS
    for target in chosen:
        count, kinds = fuzz(target, options.seed, options.cases, options.seconds / len(chosen))
        print(f"{target}: {count} cases, {sum(map(len, kinds.values()))} failures of {len(kinds)} kinds", flush=True)
        for kind, numbers in sorted(kinds.items(), key=lambda item: -len(item[1])):
            wrong = True
            print(f"  {len(numbers):6d}  {kind}   --case {target}:{options.seed}:{min(numbers)}", flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
