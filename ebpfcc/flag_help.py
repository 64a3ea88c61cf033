"""The flags that a person wants to know, in one table: --help is printed from it, and tools/flag_pages.py makes the manual page, docs/flags.md
and the completions of the shells. Those that are taken for the sake of clang's and GCC's builds and change nothing are in flag_tables.py."""

from __future__ import annotations

STANDARDS = ("c89", "gnu89", "c99", "gnu99", "c11", "gnu11", "c17", "gnu17", "c23", "gnu23")
TARGETS = ("bpf", "bpfel", "bpfeb")
CPUS = ("v1", "v2", "v3", "v4", "generic", "probe", "help")
FORMATS = ("text", "json", "json-file", "sarif", "sarif-file")
# (group, ((flags, the operand joined as it stands or, behind a blank, as the next argument; what they do; the values), ...))
FLAGS: tuple[tuple[str, tuple[tuple[str, str, tuple[str, ...]], ...]], ...] = (
    ("What is made", (
        ("-c", "make an object; without any of these flags too", ()),
        ("-S", "make assembly text", ()),
        ("-E", "preprocess only", ()),
        ("-fsyntax-only", "only tell what is wrong", ()),
        ("-o FILE", "where to write; '-' is standard output", ()),
        ("-x LANGUAGE", "the language of the inputs that follow", ("c", "cpp-output")),
        ("--emit-vmlinux-h", "print <vmlinux.h>, all types of the kernel or of $EBPFCC_VMLINUX", ()),
        ("--for FILE", "with --emit-vmlinux-h, only the types that this source uses; several serve several sources", ()),
        ("--emit=ir", "make the intermediate representation, as text", ()),
        ("-save-temps", "keep the preprocessed text and the assembly too", ()),
        ("@FILE", "more arguments, from a file", ()),
    )),
    ("Code", (
        ("-O0", "do not optimise; the default", ()),
        ("-O1", "optimise", ()),
        ("-O2", "optimise as BPF programs mostly are", ()),
        ("-O3", "optimise, and unroll more", ()),
        ("-Os", "optimise for size", ()),
        ("-g", "with type information (BTF) and lines, which libbpf wants", ()),
        ("-g0", "without them", ()),
        ("-std=STANDARD", "the language's standard; gnu17 is the default", STANDARDS),
        ("--target=TARGET", "the byte order: the machine's, little or big", TARGETS),
        ("-mlittle-endian", "as --target=bpfel", ()),
        ("-mbig-endian", "as --target=bpfeb", ()),
        ("-mcpu=VERSION", "the instruction set; v3 is the default, probe is that of the running kernel", CPUS),
        ("-fno-strict-aliasing", "objects may be accessed as any type", ()),
        ("-fwrapv", "signed numbers wrap around", ()),
        ("-fshort-enums", "enumerations are as small as their values allow", ()),
        ("-fpack-struct=N", "as #pragma pack(N) at the beginning", ("1", "2", "4", "8", "16")),
        ("-ftrivial-auto-var-init=HOW", "what variables without an initialiser hold", ("zero", "pattern", "uninitialized")),
        ("-mframe-limit=BYTES", "the stack that a function may use; 512 is the kernel's limit", ()),
    )),
    ("The preprocessor", (
        ("-I DIR", "look for headers in DIR", ()),
        ("-iquote DIR", "the same, for #include \"...\" only", ()),
        ("-isystem DIR", "the same, as system headers, which give no warnings", ()),
        ("-idirafter DIR", "the same, after all others", ()),
        ("-include FILE", "read FILE before the source", ()),
        ("-imacros FILE", "the same, keeping its macros only", ()),
        ("-D NAME[=VALUE]", "define a macro", ()),
        ("-U NAME", "undefine a macro", ()),
        ("-undef", "without predefined macros", ()),
        ("-nostdinc", "without the system's directories", ()),
        ("--sysroot=DIR", "the system's directories below DIR", ()),
        ("-P", "with -E, without lines of '# 1 \"file\"'", ()),
        ("-C", "with -E, keep comments", ()),
        ("-dM", "with -E, print the macros; -dD, -dN and -dI print definitions, names and inclusions among the text", ()),
        ("-H", "tell which headers are read", ()),
    )),
    ("Rules for make", (
        ("-M", "print the rule in place of compiling; -MM without system headers", ()),
        ("-MD", "write the rule beside the object; -MMD without system headers", ()),
        ("-MF FILE", "where to write it", ()),
        ("-MT TARGET", "the rule's target; -MQ quotes it", ()),
        ("-MP", "an empty rule for each header", ()),
        ("-MG", "headers that are missing will be made", ()),
    )),
    ("Messages", (
        ("-Wall", "the warnings that most programs want", ()),
        ("-Wextra", "more of them", ()),
        ("-Wpedantic", "what the standard does not have", ()),
        ("-WNAME", "one warning; -Wno-NAME without it", ()),
        ("-Werror", "warnings are errors; -Werror=NAME one of them", ()),
        ("-w", "no warnings", ()),
        ("-ferror-limit=N", "stop after N errors; 20 is the default, 0 is all", ()),
        ("-fdiagnostics-color=WHEN", "colours; auto is the default, on a terminal", ("always", "never", "auto")),
        ("-fno-caret-diagnostics", "without the source line and its mark", ()),
        ("-fdiagnostics-parseable-fixits", "with what would mend it, as clang prints it", ()),
        ("-fdiagnostics-format=FORMAT", "GCC's JSON or SARIF 2.1.0, on standard error or in SOURCE.gcc.json and SOURCE.sarif", FORMATS),
        ("-ffile-prefix-map=OLD=NEW", "paths in messages, __FILE__ and BTF", ()),
        ("--explain NAME", "what a rule or warning means, with an example and the way out", ()),
    )),
    ("The running kernel", (
        ("--verify", "load the programs, of a source or of an object given, and tell what the verifier says, at C lines", ()),
        ("-fverify-log=FILE", "with --verify, keep the whole log", ()),
    )),
    ("The compiler at work", (
        ("--print-after=PASS", "print each function after a pass, or after all", ("all",)),
        ("-ftime-report", "tell how long each stage takes", ()),
        ("-fstack-usage", "write the stack that each function uses to a .su file", ()),
        ("--stack-chains", "print the stack that chains of calls use", ()),
        ("-v", "tell the version and the directories of headers", ()),
        ("-###", "tell what would be done", ()),
    )),
    ("Questions", (
        ("--help", "this list", ()),
        ("--version", "the version; -dumpversion the number alone", ()),
        ("-dumpmachine", "the target", ()),
        ("-print-file-name=NAME", "the path of a file that comes along, such as ebpfcc.cmake", ()),
        ("-print-prog-name=NAME", "the path of a program", ()),
        ("-print-search-dirs", "where both are looked for", ()),
        ("-print-resource-dir", "the directory of the headers that come along", ()),
        ("-print-target-triple", "the target's name", ()),
    )),
)  # fmt: skip
HOST = """\
WHAT IS HANDED TO THE HOST'S COMPILER ($EBPFCC_HOST_CC, or cc), if neither --target nor a flag that only BPF has is given:
  a call that links (none of -c -S -E -M -fsyntax-only) with a linker's flag (-shared -static -pie -pthread -lNAME -LDIR -Wl,...),
  with an object or archive, or of several sources into one -o; and a call whose inputs are C++ or another language, with no C.
  All else is for BPF: 'ebpfcc prog.c -o prog' writes an object to 'prog', and with -c flags of the linker mean nothing.

BUILD SYSTEMS: cmake --toolchain "$(ebpfcc -print-file-name=ebpfcc.cmake)", meson setup --cross-file "$(ebpfcc -print-file-name=ebpfcc.ini)"
"""
WIDTH, COLUMN = 110, 32


def help_text(program: str) -> str:
    out = [f"OVERVIEW: ebpfcc, a compiler from C to eBPF objects\n\nUSAGE: {program} [options] file...\n\nOPTIONS are in clang's and GCC's spelling; "]
    out[0] += "those of other targets are taken where they change nothing."
    for group, rows in FLAGS:
        out += ["", f"{group.upper()}:"]
        for flags, meaning, values in rows:
            out += wrapped(f"  {flags}", meaning + (f": {', '.join(values)}" if values else ""))
    return "\n".join(out) + f"\n\n{HOST}"


def wrapped(left: str, text: str) -> list[str]:
    lines = []
    line = left + " " * (COLUMN - len(left)) if len(left) < COLUMN else left + " "
    for word in text.split(" "):
        if len(line) + len(word) > WIDTH:
            lines.append(line.rstrip())
            line = " " * COLUMN
        line += word + " "
    return [*lines, line.rstrip()]
