"""`python3 -m ebpfcc.kernel.programs KERNEL`: every BPF program of a kernel source tree, compiled and, as root, loaded into this kernel.

Prints what failed, grouped by cause. Many selftests are written to be refused: those that carry their expectation as BTF tags are checked
against it (accepted or refused, the verifier's words, what they return, in the kernel and in the simulator); other refusals are a list.
"""

from __future__ import annotations

import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..target.host import ARCHITECTURES, KERNEL_BTF
from .libbpf import load, why_not

SELF = "{k}/tools/testing/selftests/bpf"
UAPI = "-I{k}/tools/include/uapi"
# Name, sources, flags; {k} is the tree.
FAMILIES = [
    (
        "selftests",
        [f"{SELF}/progs/*.c"],
        f"-I{SELF} -I{SELF}/progs {UAPI} -I{{k}}/tools/testing/selftests -I{{k}}/tools/include -DENABLE_ATOMICS_TESTS -Wno-compare-distinct-pointer-types",
    ),
    (
        "samples",
        ["{k}/samples/bpf/*.bpf.c", "{k}/samples/bpf/*_kern.c"],
        f"-I{{k}}/samples/bpf -I{SELF} {UAPI} -I{{k}}/tools/include -D__BPF_TRACING__ -idirafter {{k}}/include",
    ),
    ("bpftool", ["{k}/tools/bpf/bpftool/skeleton/*.bpf.c"], f"-I{{k}}/tools/bpf/bpftool {UAPI}"),
    ("perf", ["{k}/tools/perf/util/bpf_skel/*.bpf.c"], f"-I{{k}}/tools/perf/util/bpf_skel -I{{k}}/tools/perf {UAPI} -I{{k}}/tools/include"),
    (
        "sched_ext",
        ["{k}/tools/sched_ext/*.bpf.c"],
        f"-I{{k}}/tools/sched_ext/include -I{{k}}/tools/sched_ext/include/bpf-compat {UAPI} -Wno-compare-distinct-pointer-types",
    ),
    ("hid", ["{k}/drivers/hid/bpf/progs/*.bpf.c"], f"-I{{k}}/drivers/hid/bpf/progs {UAPI}"),
]
LIMIT = 120  # seconds for one file
PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [PACKAGE, os.environ.get("PYTHONPATH")]))}


def prepare(kernel: str, folder: str) -> list[str]:
    """Headers that a build makes first: the running kernel's types and libbpf's header of USDT probes. -> flags"""
    os.makedirs(f"{folder}/bpf")
    if os.path.exists(KERNEL_BTF):
        with open(f"{folder}/vmlinux.h", "wb") as header:
            subprocess.run([sys.executable, "-m", "ebpfcc.btf2c", KERNEL_BTF], stdout=header, env=ENVIRONMENT, check=True)
    for path in glob.glob(f"{kernel}/tools/lib/bpf/*bpf*.h") + [f"{PACKAGE}/ebpfcc/include/bpf/bpf_helper_defs.h"]:  # the tree's own go before the system's
        with open(path, encoding="utf-8") as text, open(f"{folder}/bpf/{os.path.basename(path)}", "w", encoding="utf-8") as out:
            out.write(re.sub(r'"(bpf_\w+\.h)"', r"<bpf/\1>", text.read()))
    machine = os.uname().machine
    return ["-D__TARGET_ARCH_" + ARCHITECTURES.get(machine, "x86"), f"-I{folder}", "-idirafter", f"/usr/include/{machine}-linux-gnu"]


def compile_one(source: str, flags: list[str], output: str) -> str:
    """ "" or the first error."""
    command = [sys.executable, "-m", "ebpfcc", "-O2", "-g", "-w", *flags, "-c", source, "-o", output]
    try:
        done = subprocess.run(
            command, cwd=os.path.dirname(source), env=ENVIRONMENT, capture_output=True, text=True, errors="replace", timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no object in {LIMIT} s"
    if done.returncode == 0 and os.path.exists(output):
        return ""
    errors = re.findall(r"^.*?(?:fatal |internal )?error: (.*)", done.stderr, re.M)
    return str(errors[0]) if errors else (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def load_one(output: str) -> dict[str, str]:
    outcome: dict[str, str] = apart("programs", ["--load", output])
    return outcome


def check_one(output: str) -> dict[str, dict[str, str]]:
    outcome = apart("verdicts", [output])
    return {name: found for name, found in outcome.items() if isinstance(found, dict)}


def apart(module: str, arguments: list[str]) -> Any:
    """Loading in a process of its own: a crash of libbpf ends that alone."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"ebpfcc.kernel.{module}", *arguments],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"": f"not loaded in {LIMIT} s"}
    if done.returncode:
        return {"": f"the loader ended with status {done.returncode}"}
    return json.loads(done.stdout)


def cause(message: str) -> str:
    """A message without its names and numbers, so that like ones fall together."""
    return re.sub(r"0x[0-9a-f]+|-?\b\d+\b", "N", re.sub(r"'[^']*'", "'...'", message))[:110]


def show(title: str, failures: dict[str, str], most: int = 5) -> None:
    groups = collections.defaultdict(list)
    for name, message in failures.items():
        groups[cause(message)].append(name)
    if groups:
        print(f"\n{title}:")
    for text, names in sorted(groups.items(), key=lambda g: -len(g[1])):
        first = failures[names[0]][:200]
        print(f"{len(names):6}  {text}" + (f"    (as: {first})" if first != text else ""))
        print(f"        {' '.join(names[:most])}{' ...' if len(names) > most else ''}")


def progress(done: int, total: int, text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{done}/{total} {text[-60:]}" + ("\n" if done == total else ""))
    elif done % 100 == 0 or done == total:
        sys.stderr.write(f"{done}/{total}\n")
    sys.stderr.flush()


def run(kernel: str, only: str, match: str, jobs: int) -> int:
    kernel = os.path.abspath(kernel)
    reason = why_not()
    failures: dict[str, str] = {}
    refused: dict[str, str] = {}
    unexpected: dict[str, str] = {}
    rows = []
    with tempfile.TemporaryDirectory(prefix="ebpfcc-") as folder:
        common = prepare(kernel, f"{folder}/include")
        work = []
        for family, patterns, flags in FAMILIES:
            sources = sorted(s for pattern in patterns for s in glob.glob(pattern.format(k=kernel)) if match in s)
            if sources and (not only or family in only.split(",")):
                os.mkdir(f"{folder}/{family}")
                work += [(family, s, common + flags.format(k=kernel).split(), f"{folder}/{family}/{os.path.basename(s)[:-2]}.o") for s in sources]
        if not work:
            print(f"no BPF programs in {kernel}", file=sys.stderr)
            return 2

        def one(job: tuple[str, str, list[str], str]) -> tuple[str, dict[str, str], dict[str, dict[str, str]]]:
            error = compile_one(*job[1:])
            return (error, {}, {}) if error or reason else (error, load_one(job[3]), check_one(job[3]))

        with ThreadPoolExecutor(jobs) as pool:
            count: collections.Counter[tuple[str, str]] = collections.Counter()
            for done, (job, (error, outcome, verdicts)) in enumerate(zip(work, pool.map(one, work)), 1):
                family, name = job[0], f"{job[0]}/{os.path.basename(job[1])}"
                count[family, "files"] += 1
                count[family, "compiled"] += not error
                if error:
                    failures[name] = error
                for program, message in outcome.items():
                    count[family, "programs"] += 1
                    count[family, "accepted"] += not message
                    if message:
                        refused[f"{name}:{program}"] = message
                for program, found in verdicts.items():
                    for where, message in found.items():
                        count[where, "checked"] += 1
                        count[where, "right"] += not message
                        if message:
                            unexpected[f"{name}:{program} ({where})"] = message
                progress(done, len(work), name)
        for family in dict.fromkeys(job[0] for job in work):
            row = f"{family:10} {count[family, 'compiled']:5} of {count[family, 'files']:5} files compile"
            rows.append(row + ("" if reason else f", {count[family, 'accepted']:5} of {count[family, 'programs']:5} programs accepted"))
    show("do not compile", failures)
    show("the kernel refuses (selftests hold many that it should)", refused)
    show("not as the programs' tags expect", unexpected)
    for where in ("kernel", "simulator"):
        if count[where, "checked"]:
            rows.append(f"{where:10} {count[where, 'right']:5} of {count[where, 'checked']:5} as tags expect")
    print("\n" + "\n".join(rows) + (f"\nnothing was loaded: {reason}" if reason else ""))
    return 1 if failures else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m ebpfcc.kernel.programs", description="Compile and load every BPF program of a kernel tree.")
    parser.add_argument("kernel", nargs="?", help="the source tree")
    parser.add_argument("--only", default="", metavar="FAMILY,...", help=", ".join(name for name, _, _ in FAMILIES))
    parser.add_argument("--match", default="", metavar="TEXT", help="only sources whose path holds TEXT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--load", metavar="OBJECT", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.load:
        json.dump(load(args.load), sys.stdout)
        return 0
    if not args.kernel:
        parser.error("which kernel tree?")
    return run(args.kernel, args.only, args.match, args.jobs)


if __name__ == "__main__":
    sys.exit(main())
