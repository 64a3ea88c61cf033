"""`python3 tools/flag_pages.py` writes, of the table in ebpfcc/flag_help.py: the manual page, docs/flags.md, and completions for shells."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ebpfcc.diag import GROUPS, WARNINGS  # noqa: E402
from ebpfcc.flag_help import FLAGS, HOST  # noqa: E402
from ebpfcc.flag_tables import PASSES  # noqa: E402

ENVIRONMENT = (
    ("CPATH", "directories of headers, as with -I, separated by ':'; C_INCLUDE_PATH: as with -isystem"),
    ("EBPFCC_HOST_CC", "the host's compiler; cc without it"),
    ("EBPFCC_DEBUG", "1: where a defect of the compiler happened"),
    ("EBPFCC_VMLINUX", "what <vmlinux.h> is made of: a header, raw BTF or an ELF file with BTF; empty: the core types that come along"),
    ("SOURCE_DATE_EPOCH", "the time that __DATE__ and __TIME__ tell, in seconds"),
    ("XDG_CACHE_HOME", "where ebpfcc/ with the kept <vmlinux.h> is; ~/.cache without it"),
    ("LIBBPF", "the libbpf.so that --verify and ebpfcc.load() use"),
    ("NO_COLOR", "no colours, as TERM=dumb"),
)


def rows() -> list[tuple[str, str, tuple[str, ...]]]:
    """(the flag, with a final '=' if its operand is joined so; meaning; values) of all but @FILE."""
    found = []
    for _, group in FLAGS:
        for flags, meaning, values in group:
            name = flags.split(" ")[0]
            head, equals, _ = name.partition("=")
            if not name.startswith("@") and name != "-WNAME":
                values = ("all", *sorted(PASSES)) if head == "--print-after" else values
                found.append((name if name == "--emit=ir" else head + equals, meaning, values))
    return found


def warnings() -> list[str]:
    return sorted({f"-W{name}" for name in (*WARNINGS, *GROUPS)} - {"-WW"})


def manual() -> str:
    def quoted(text: str) -> str:
        return text.replace("\\", "\\e").replace("-", "\\-")

    out = [
        '.TH EBPFCC 1 "" "ebpfcc" "User Commands"', ".SH NAME", "ebpfcc \\- compile C to eBPF objects", ".SH SYNOPSIS", ".B ebpfcc",
        ".RI [ options ] \\ file ...", ".SH DESCRIPTION",
        "Compiles the C that BPF programs are written in to objects that libbpf, bpftool and the kernel load, with type and line information.",
        "Options are in the spelling of clang and GCC; those of other targets are taken where they change nothing.", ".SH OPTIONS",
    ]  # fmt: skip
    for group, flags in FLAGS:
        out.append(f".SS {group}")
        for name, meaning, values in flags:
            text = meaning + (f": {', '.join(values)}" if values else "")
            out += [".TP", f".B {quoted(name)}", quoted(text if text[0] not in ".'" else f"\\&{text}")]
    out += [".SH ENVIRONMENT"]
    for name, meaning in ENVIRONMENT:
        out += [".TP", f".B {name}", quoted(meaning)]
    out += [".SH EXIT STATUS", "0 if all is well, 1 after errors, 130 if interrupted.", ".SH SEE ALSO", "bpftool(8), bpf(2), clang(1)"]
    return "\n".join(out) + "\n"


def markdown() -> str:
    out = ["# Flags", "", "Made by `tools/flag_pages.py` of the table that `--help` prints. In clang's and GCC's spelling; flags of other targets",
           "are taken where they change nothing, and an error tells what a flag would leave out of the object."]  # fmt: skip
    for group, flags in FLAGS:
        out += ["", f"## {group}", "", "| flag | meaning |", "|---|---|"]
        out += [f"| `{name}` | {meaning}{': ' + ', '.join(f'`{v}`' for v in values) if values else ''} |" for name, meaning, values in flags]
    return "\n".join([*out, "", "## Host or BPF", "", "```", HOST.rstrip(), "```"]) + "\n"


def environment() -> str:
    out = ["# Environment", "", "Made by `tools/flag_pages.py`. What ebpfcc reads of its environment; none of these need be set.", "",
           "| variable | meaning |", "|---|---|"]  # fmt: skip
    return "\n".join([*out, *(f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT)]) + "\n"


def bash() -> str:
    cases = "".join(f'        {name}*) values="{" ".join(values)}" ;;\n' for name, _, values in rows() if values and name.endswith("="))
    nexts = "".join(f'        {name}) values="{" ".join(values)}" ;;\n' for name, _, values in rows() if values and not name.endswith("="))
    names = " ".join(name for name, _, _ in rows())
    return f"""\
# completions of ebpfcc for bash, made by tools/flag_pages.py
_ebpfcc() {{
    local word previous values=""
    word="${{COMP_LINE:0:$COMP_POINT}}"
    word="${{word##* }}"
    previous="${{COMP_WORDS[COMP_CWORD-1]}}"
    case "$word" in
{cases}    esac
    if [ -n "$values" ]; then
        COMPREPLY=($(compgen -W "$values" -- "${{word#*=}}"))
        return
    fi
    case "$previous" in
{nexts}    esac
    if [ -n "$values" ]; then
        COMPREPLY=($(compgen -W "$values" -- "$word"))
        return
    fi
    case "$word" in
        -W*) COMPREPLY=($(compgen -W "{" ".join(warnings())}" -- "$word")) ;;
        -*) COMPREPLY=($(compgen -W "{names}" -- "$word")); [ "${{COMPREPLY[0]: -1}}" = "=" ] && compopt -o nospace ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}}
complete -o filenames -F _ebpfcc ebpfcc
"""


def zsh() -> str:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")

    lines = []
    for name, meaning, values in rows():
        action = f":value:({' '.join(values)})" if values else ":value:_files" if name.endswith("=") else ""
        flag = name.replace(":", "\\:") + ("-" if name.endswith("=") else "")
        lines.append(f"  '{flag}[{escaped(meaning)}]{action}' \\")
    lines += [f"  '{name}[warning]' \\" for name in warnings() if name not in {name for name, _, _ in rows()}]
    return "#compdef ebpfcc\n# completions of ebpfcc for zsh, made by tools/flag_pages.py\n_arguments \\\n" + "\n".join(lines) + "\n  '*:source:_files'\n"


def fish() -> str:
    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    out = ["# completions of ebpfcc for fish, made by tools/flag_pages.py"]
    for name, meaning, values in rows():
        if name.endswith("=") and values:
            out.append(
                f"complete -c ebpfcc -a {quoted(' '.join(name + v for v in values))} -n 'string match -q -- \"-*\" (commandline -ct)' -d {quoted(meaning)}"
            )
        else:
            option = f"-l {name[2:].rstrip('=')}" if name.startswith("--") else f"-o {quoted(name[1:].rstrip('='))}" if len(name) > 2 else f"-s {name[1:]}"
            out.append(f"complete -c ebpfcc {option}{f' -x -a {quoted(chr(32).join(values))}' if values else ''} -d {quoted(meaning)}")
    out.append(f"complete -c ebpfcc -a {quoted(' '.join(warnings()))} -n 'string match -q -- \"-W*\" (commandline -ct)'")
    return "\n".join(out) + "\n"


PAGES = {
    "share/ebpfcc.1": manual, "docs/flags.md": markdown, "docs/environment.md": environment,
    "share/completions/ebpfcc.bash": bash, "share/completions/_ebpfcc": zsh,
    "share/completions/ebpfcc.fish": fish,
}  # fmt: skip


def main() -> None:
    for path, make in PAGES.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
