"""The command line: from arguments in clang's and GCC's spelling to Options. flag_tables.py has the flags that need no code.

Who is asked: a call compiles for BPF unless it plainly wants the host. In order:
1. --target= (or -target) decides. bpf* is BPF. The host's own triple is the host: preprocessing is answered here with the host's macros
   and directories, everything else goes to the host's compiler. Any other triple is an error.
2. A command named *-gcc, or a flag that only BPF has (-mcpu=, -mco-re, -mframe-limit=, -gbtf, an endianness, --emit=ir ...), means BPF.
3. Inputs none of which is C, some of another language that the host's compiler knows (C++ ...): the call goes to the host's compiler
   ($EBPFCC_HOST_CC, else cc).
4. A call that links, without -c, -S, -E, -M or -fsyntax-only, goes there as well if it plainly links for the host: with a flag of the
   linker (-shared, -static, -pie, -pthread, -l, -L, -Wl, ...), an object or archive among the inputs, or several sources for one -o;
   but a lone BPF object is "linked" here, into a copy: build systems try whether a compiler can link.
   Flags of the linker mean nothing to a call that does not link, and -fPIC and its like mean nothing at all.
5. -E or -M of standard input or of /dev/null asks about the host, as build systems do (`-v -E -`, `-dM -E -`).
6. All else is BPF. Without -c a source becomes NAME.o, or what -o says: linking is left to `bpftool gen object`.
"""

from __future__ import annotations

import os
import sys

from . import flag_tables as tables
from .disk import is_bpf_object
from .options import Options
from .words import UsageError, expand_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_CPU = {"clang": 3, "gcc": 4}
FOREIGN = ("c++", "objc", "fortran", "cuda")
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "i686": "i386", "i586": "i386", "ppc64le": "powerpc64le"}


class Reading:
    """What is known of the arguments while they are read."""

    __slots__ = ("options", "target", "cpu", "for_bpf", "links", "endian", "problem", "language", "waiting")

    def __init__(self, program: str) -> None:
        self.options = Options()
        self.options.program = program
        self.target = ""
        self.cpu = ""
        self.for_bpf = False
        self.links = False  # for the host, if the call links at all
        self.endian: bool | None = None
        self.problem: UsageError | None = None  # kept until it is known that the call is not for the host's compiler
        self.language = ""
        self.waiting = ""  # the -Xclang flag whose operand comes with the next -Xclang


# -- flags with an operand: (reading, operand, flag) -> None ------------------------------------------------------------
def _integral(field: str) -> Handler:
    def handler(r: Reading, value: str, flag: str) -> None:
        if value.isascii() and value.isdigit() and len(value) < 11:
            setattr(r.options, field, int(value))
        else:
            _problem(r, f"invalid integral value '{value}' in '{flag}{value}'")

    return handler


def _append(field: str) -> Handler:
    def handler(r: Reading, value: str, flag: str) -> None:
        getattr(r.options, field).append(value)

    return handler


def _store(field: str) -> Handler:
    def handler(r: Reading, value: str, flag: str) -> None:
        setattr(r.options, field, value)

    return handler


def _nothing(r: Reading, value: str, flag: str) -> None:
    pass


def _define(r: Reading, value: str, flag: str) -> None:
    r.options.defines.append((flag[1], value))


def _language(r: Reading, value: str, flag: str) -> None:
    language = tables.LANGUAGES.get(value)
    if language is None:
        _problem(r, f"language not recognized: '{value}'")
    r.language = language or ""


def _standard(r: Reading, value: str, flag: str) -> None:
    year = tables.STANDARDS.get(value)
    o = r.options
    if year is not None:
        o.std_year = year
        o.std_gnu = value.startswith("gnu")
        o.trigraphs = not o.std_gnu and year != "23"
    elif "++" in value:
        _problem(r, f"invalid argument '-std={value}' not allowed with 'C'")
    else:
        known = "c89, gnu89, c99, gnu99, c11, gnu11, c17, gnu17, c23, gnu23, c2y, gnu2y"
        _problem(r, f"invalid value '{value}' in '-std={value}'", (f"valid values are: {known}, and the names of the ISO standards",))


def _ansi(r: Reading, value: str, flag: str) -> None:
    _standard(r, "c89", flag)


def _optimise(r: Reading, value: str, flag: str) -> None:
    if value.isascii() and value.isdigit():
        r.options.opt_level = value if value in "0123" else "3"
    elif value in ("s", "z", "g"):
        r.options.opt_level = value
    else:
        _problem(r, f"invalid integral value '{value}' in '-O{value}'")


def _warning(r: Reading, value: str, flag: str) -> None:
    r.options.warnings.append(value or "extra")


def _silent(r: Reading, value: str, flag: str) -> None:
    r.options.warnings.append("#silent")


def _pedantic(r: Reading, value: str, flag: str) -> None:
    r.options.warnings.append("pedantic")
    if flag == "-pedantic-errors":
        r.options.warnings.append("error=pedantic")


def _dependencies(r: Reading, value: str, flag: str) -> None:
    r.options.dependencies = flag[1:]


def _make_target(r: Reading, value: str, flag: str) -> None:
    if flag == "-MQ":
        from .source.depend import quote

        value = quote(value)
    r.options.dependency_targets.append(value)


def _split(r: Reading, value: str, flag: str) -> None:
    """-Wp,-MMD,file and -Xpreprocessor: flags of the preprocessor; after -M flags in this form stands the file's name."""
    pieces = value.split(",") if flag == "-Wp," else [value]
    for i in range(len(pieces) - 1):
        if pieces[i] in ("-MD", "-MMD") and pieces[i + 1][:1] != "-":
            pieces.insert(i + 1, "-MF")
            break
    _read(r, pieces)


def _clang(r: Reading, value: str, flag: str) -> None:
    """-Xclang X: flags of clang -cc1; its operands come with an -Xclang of their own."""
    if r.waiting:
        waiting, r.waiting = r.waiting, ""
        (_cpu if waiting == "-target-cpu" else _features)(r, value, flag)
    elif value in ("-target-feature", "-target-cpu"):
        r.waiting = value
    elif not value.startswith("-disable-") and value not in ("-no-opaque-pointers", "-opaque-pointers", "-fno-validate-pch"):
        _read(r, [value])


def _llvm(r: Reading, value: str, flag: str) -> None:
    """-mllvm X: of LLVM's options the one that sets a limit; the others tune passes that are not here."""
    name, _, number = value.lstrip("-").partition("=")
    if name == "bpf-stack-size":
        _integral("frame_limit")(r, number, f"-mllvm -{name}=")


def _target(r: Reading, value: str, flag: str) -> None:
    r.target = value
    r.options.target_given = True


def _cpu(r: Reading, value: str, flag: str) -> None:
    r.cpu = value
    r.for_bpf = r.for_bpf or value in tables.CPUS or value == "probe"


def _kernel(r: Reading, value: str, flag: str) -> None:
    """-mkernel=4.14 (GCC): the kernel to run on. Its instruction set, unless -mcpu= is given."""
    version = _version(value)
    if not version and value != "native":
        _problem(r, f"unrecognized argument in option '-mkernel={value}'")
    elif not r.cpu:
        r.cpu = "probe" if value == "native" else f"v{next((v for least, v in tables.KERNELS if version >= least), 1)}"
    r.options.flavour = "gcc"


def _features(r: Reading, value: str, flag: str) -> None:
    """+alu32,-dwarfris"""
    for feature in value.split(","):
        if feature[:1] not in ("+", "-") or feature[1:] not in tables.CLANG_FEATURES:
            _problem(r, f"'{feature}' is not a recognized feature for this target")
        else:
            r.options.features[feature[1:]] = feature[0] == "+"
    r.for_bpf = True


def _map(r: Reading, value: str, flag: str) -> None:
    old, equals, new = value.partition("=")
    if not equals:
        _problem(r, f"invalid argument '{value}' to {flag}")
    if flag != "-fdebug-prefix-map=":
        r.options.prefix_map.append((old, new))
    if flag != "-fmacro-prefix-map=":
        r.options.debug_prefix_map.append((old, new))


def _charset(r: Reading, value: str, flag: str) -> None:
    if value.lower() not in tables.CHARSETS:
        _problem(r, f"'{flag}{value}' is not supported: the character set is UTF-8")


def _pack(r: Reading, value: str, flag: str) -> None:
    if value not in ("1", "2", "4", "8", "16"):
        _problem(r, f"invalid value '{value}' in '{flag}{value}'")
    else:
        r.options.pack = int(value)


def _auto_init(r: Reading, value: str, flag: str) -> None:
    if value not in ("uninitialized", "zero", "pattern"):
        _problem(r, f"invalid value '{value}' in '{flag}{value}'")
    r.options.auto_init = value if value in ("zero", "pattern") else ""


def _permissive(r: Reading, value: str, flag: str) -> None:
    """GCC 14's: what became errors in C are warnings again."""
    for name in ("implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types", "return-mismatch"):
        r.options.warnings.append("no-error=" + name)


def _query(r: Reading, value: str, flag: str) -> None:
    r.options.queries.append((flag.rstrip("="), value))


def _linker(r: Reading, value: str, flag: str) -> None:
    r.links = True


def _for(r: Reading, value: str, flag: str) -> None:
    """--emit-vmlinux-h --for prog.c"""
    r.options.inputs.append((value, r.language or language_of(value)))


def _emit(r: Reading, value: str, flag: str) -> None:
    _problem(r, f"invalid value '{value}' in '--emit={value}'", ("the value can be: ir",))


def _print_after(r: Reading, value: str, flag: str) -> None:
    names = value.replace("-", "_").split(",")
    for name in names:
        if name not in tables.VALUES[flag]:
            _invalid(r, name, f"{flag}{value}", tables.VALUES[flag])
    r.options.print_after += names


def _format(r: Reading, value: str, flag: str) -> None:
    r.options.diagnostics_format = tables.FORMATS[value]


def _invalid(r: Reading, value: str, flag: str, can_be: tuple[str, ...]) -> None:
    _problem(r, f"invalid value '{value}' in '{flag}'", (f"the value can be: {', '.join(can_be)}",))


SEPARATE: dict[str, Callable[[Reading, str, str], None]] = {}  # the operand is the next argument
JOINED: dict[str, Callable[[Reading, str, str], None]] = {}  # the operand follows at once
PLAIN: dict[str, Callable[[Reading, str, str], None]] = {
    "-ansi": _ansi, "-fpermissive": _permissive, "-w": _silent, "-pedantic": _pedantic, "-pedantic-errors": _pedantic, "-Wpedantic": _pedantic,
    "-M": _dependencies, "-MM": _dependencies, "-MD": _dependencies, "-MMD": _dependencies,
    **dict.fromkeys(tables.QUERIES, _query), **dict.fromkeys(tables.LINKER, _linker), **dict.fromkeys(tables.IGNORED, _nothing),
}  # fmt: skip
for names, how, function in (  # how: j joined, s separate, b both
    ("-o", "b", _store("output")), ("-x", "b", _language), ("-I", "b", _append("include_dirs")), ("-iquote", "b", _append("iquote")),
    ("-isystem", "b", _append("isystem")), ("-idirafter", "b", _append("idirafter")), ("-include", "b", _append("includes")),
    ("-imacros", "b", _append("imacros")), ("-D -U", "b", _define), ("-std=", "j", _standard), ("-std", "s", _standard), ("-O", "j", _optimise),
    ("-W", "j", _warning), ("-MF", "b", _store("dependency_file")), ("-MT -MQ", "b", _make_target), ("-Wp,", "j", _split),
    ("-Xpreprocessor", "s", _split), ("-Xclang", "s", _clang), ("-mllvm", "s", _llvm), ("-target", "s", _target), ("--target", "s", _target),
    ("--target= -target=", "j", _target), ("-mcpu=", "j", _cpu), ("-mkernel=", "j", _kernel), ("-mframe-limit=", "j", _integral("frame_limit")),
    ("-mattr=", "j", _features), ("-ferror-limit= -fmax-errors=", "j", _integral("error_limit")),
    ("-fdebug-prefix-map= -ffile-prefix-map= -fmacro-prefix-map=", "j", _map), ("-fdebug-compilation-dir=", "j", _store("debug_directory")),
    ("-fdebug-compilation-dir", "s", _store("debug_directory")), ("--sysroot= -isysroot", "j", _store("sysroot")),
    ("--sysroot -isysroot", "s", _store("sysroot")), ("-print-file-name= -print-prog-name= --explain=", "j", _query), ("--explain", "s", _query),
    ("--print-after=", "j", _print_after),
    ("-fdiagnostics-format=", "j", _format),
    ("-fexec-charset= -finput-charset= -fwide-exec-charset=", "j", _charset), ("-fpack-struct=", "j", _pack),
    ("-ftrap-function=", "j", _store("trap_function")),
    ("-ftrivial-auto-var-init=", "j", _auto_init), ("--emit=", "j", _emit), ("--for", "s", _for), ("--for=", "j", _for),
    ("-fverify-log=", "j", _store("verify_log")),
    (" ".join(tables.LINKER_PREFIXES), "j", _linker), (" ".join(tables.LINKER_SEPARATE), "s", _linker),
    (" ".join(tables.IGNORED_PREFIXES), "j", _nothing), (" ".join(tables.IGNORED_SEPARATE), "s", _nothing),
):  # fmt: skip
    for name in names.split():
        if how in "jb":
            JOINED[name] = function
        if how in "sb":
            SEPARATE[name] = function
LENGTHS = tuple(sorted({len(name) for name in JOINED}, reverse=True))


# -- reading --------------------------------------------------------------------------------------------------------------
def parse(argv: list[str], program: str = "ebpfcc") -> Options:
    """The options that `argv` (without the command) asks for. Raises UsageError."""
    r = Reading(program)
    if program == "gcc" or program.endswith("-gcc"):
        r.options.flavour = "gcc"
    arguments = expand_files(argv)
    _read(r, arguments)
    _settle(r, arguments)
    return r.options


def _read(r: Reading, arguments: list[str]) -> None:
    o = r.options
    i, n = 0, len(arguments)
    while i < n:
        arg = arguments[i]
        i += 1
        if arg[:1] != "-" or arg == "-":
            o.inputs.append((arg, r.language or language_of(arg)))
            continue
        if arg == "--":
            o.inputs += [(name, r.language or language_of(name)) for name in arguments[i:]]
            return
        if arg[:2] == "--":
            arg = _short(arg)
        if arg in tables.SETS:
            _set(r, arg)
        elif arg in PLAIN:
            PLAIN[arg](r, "", arg)
        elif arg in SEPARATE:
            if i == n:
                _problem(r, f"argument to '{arg}' is missing (expected 1 value)")
                return
            SEPARATE[arg](r, arguments[i], arg)
            i += 1
        else:
            _other(r, arg)


def _set(r: Reading, arg: str) -> None:
    field, value = tables.SETS[arg]
    if field == "action":  # -S -c is -S: what stops earlier
        value = max(r.options.action, str(value), key=tables.ACTIONS.index)
    elif field == "big_endian":
        r.endian = bool(value)
        r.for_bpf = True
        return
    setattr(r.options, field, value)
    if arg in ("-gbtf", "--emit=ir", "--emit-vmlinux-h", "--verify"):
        r.for_bpf = True


def _other(r: Reading, arg: str) -> None:
    """A flag with a joined operand, or one that is ignored, refused or unknown."""
    name, equals, value = arg.partition("=")
    if equals and (can_be := tables.VALUES.get(name + equals)) and value not in can_be and name != "--print-after":
        _invalid(r, value, arg, can_be)
        return
    if equals and name + equals in tables.NUMBERS and not (value.isascii() and value.isdigit()):
        _problem(r, f"invalid integral value '{value}' in '{arg}'")
        return
    for prefix, reason in tables.REFUSED:
        if arg.startswith(prefix):
            _problem(r, f"'{arg}' is not supported: {reason}")
            return
    if arg.startswith("-f"):
        name = arg[2:].partition("=")[0]
        off = name.startswith("no-")
        if name.removeprefix("no-").startswith("builtin-"):
            return
        if name in tables.IGNORED_F or off and (name[3:] in tables.IGNORED_F or any(f"-f{name[3:]}".startswith(p) for p, _ in tables.REFUSED)):
            return
    elif arg.startswith("-m"):
        name = arg[5:] if arg.startswith("-mno-") else arg[2:]
        if name in tables.GCC_FEATURES:
            r.options.features[name] = not arg.startswith("-mno-")
            r.options.flavour = "gcc"
            return
        if name in tables.CLANG_FEATURES:
            r.options.features[name] = not arg.startswith("-mno-")
            r.for_bpf = True
            return
    for length in LENGTHS:
        handler = JOINED.get(arg[:length])
        if handler is not None and (len(arg) > length or arg[:length] in ("-W", "-O")):
            if arg[:length] in ("-mframe-limit=", "-mkernel="):
                r.options.flavour = "gcc"
            handler(r, arg[length:], arg[:length])
            return
    if arg.startswith("-f"):
        from .flag_names import KNOWN_F

        name = arg[2:].partition("=")[0]
        if name in KNOWN_F or name.removeprefix("no-") in KNOWN_F or name in ("no-trap-function", "no-permissive"):
            return
    elif arg.startswith("-mno-"):  # what a machine is not to have, this one has not
        return
    _problem(r, _unknown(arg))


def _unknown(arg: str) -> str:
    from difflib import get_close_matches

    known = [*tables.SETS, *PLAIN, *JOINED, *SEPARATE, *(f"-f{name}" for name in tables.IGNORED_F), *(f"-fno-{name}" for name in tables.IGNORED_F)]
    close = get_close_matches(arg, known, 1, 0.85)
    return f"unknown argument '{arg}'; did you mean '{close[0]}'?" if close else f"unknown argument: '{arg}'"


def _problem(r: Reading, message: str, notes: tuple[str, ...] = ()) -> None:
    if r.problem is None:
        r.problem = UsageError(message, notes)


def _short(arg: str) -> str:
    """--define-macro=X is -DX."""
    name, equals, value = arg.partition("=")
    short = tables.LONG.get(name)
    if short is None:
        return arg
    joined_with_equals = short.startswith("-print") or short in ("-std", "-resource-dir", "-save-temps")
    return short + (equals if joined_with_equals else "") + value


def language_of(path: str) -> str:
    """By the name's ending; what is no source is an object for the linker."""
    if path in ("-", "/dev/null"):
        return ""
    return tables.SUFFIXES.get(os.path.splitext(path)[1], "object")


# -- what it all means -------------------------------------------------------------------------------------------------------
def _settle(r: Reading, arguments: list[str]) -> None:
    """Decide on target and language, and report what is wrong."""
    o = r.options
    if o.dependencies in ("M", "MM"):
        o.action = "preprocess"
    if o.emit == "vmlinux-h":
        o.action = "syntax"
        o.header_index = True
    o.preprocess_only = o.action == "preprocess"
    machine = _target_machine(r)
    if machine == "host":
        o.target = "host"
        o.big_endian = sys.byteorder == "big"
        if not o.queries and not o.preprocess_only and (o.inputs or r.problem):
            o.hand_over = arguments
            return
    else:
        big = r.endian if r.endian is not None else machine == "bpfeb"
        o.big_endian = big
        o.target = "bpfeb" if big else "bpfel"
    if r.problem is not None and not any(flag in ("--help", "--version", "-help") for flag, _ in o.queries):
        raise r.problem
    if o.target != "host":
        o.cpu = _cpu_version(r)
    if not o.queries:
        _check_inputs(o)
        _check_verify(o)


def _target_machine(r: Reading) -> str:
    """'bpfel', 'bpfeb' or 'host': the rules of the module's docstring."""
    o = r.options
    native = "bpfeb" if sys.byteorder == "big" else "bpfel"
    if r.target:
        architecture = r.target.partition("-")[0]
        if architecture in ("bpf", "bpfel", "bpfeb", "bpf_le", "bpf_be"):
            return {"bpf": native, "bpf_le": "bpfel", "bpf_be": "bpfeb"}.get(architecture, architecture)
        if ARCHITECTURES.get(architecture, architecture) == host_machine():
            return "host"
        raise UsageError(f"unknown target triple '{r.target}'", ("ebpfcc compiles for bpf, bpfel and bpfeb",))
    if o.flavour == "gcc" or r.for_bpf:
        return native
    sources = sum(language == "c" or path == "-" for path, language in o.inputs)
    present = {language for path, language in o.inputs if os.path.isfile(path)}
    objects = [path for path, language in o.inputs if language == "object"]
    if o.action == "link" and objects and not sources and all(map(is_bpf_object, objects)):
        return native
    foreign = not present.isdisjoint(FOREIGN)
    if foreign and not sources:
        return "host"
    if o.action == "link" and o.inputs and (r.links or foreign or "object" in present or o.output and sources > 1):
        return "host"
    if o.preprocess_only and o.inputs and all(path in ("-", "/dev/null") for path, _ in o.inputs):
        return "host"
    return native


def host_machine() -> str:
    machine = os.uname().machine
    return ARCHITECTURES.get(machine, machine)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-")[0].split(".")[:2] if part.isascii() and part.isdigit())


def _cpu_version(r: Reading) -> int:
    default = DEFAULT_CPU[r.options.flavour]
    if not r.cpu:
        return default
    if r.cpu == "probe":
        running = _version(os.uname().release)
        return next((version for least, version in tables.KERNELS if running >= least), 1)
    if r.cpu not in tables.CPUS:
        raise UsageError(f"unknown target CPU '{r.cpu}'", ("valid target CPU values are: generic, v1, v2, v3, v4, probe",))
    return tables.CPUS[r.cpu] or default


def _check_inputs(o: Options) -> None:
    if not o.inputs:
        if o.verbose or o.dry_run or o.emit == "vmlinux-h":
            return
        raise UsageError("no input files")
    checked: list[tuple[str, str]] = []
    for path, language in o.inputs:
        if path == "-":
            if not language and not o.preprocess_only:
                raise UsageError("-E or -x required when input is from standard input")
        elif not os.path.exists(path):
            raise UsageError(f"no such file or directory: '{path}'")
        elif os.path.isdir(path):
            raise UsageError(f"'{path}' is a directory")
        if language in ("object", "assembler", "ir", "") and path == "/dev/null":
            language = "c"
        if language == "object" and (o.verify or len(o.inputs) == 1 and o.action == "link" and is_bpf_object(path)):
            checked.append((path, language))
            continue
        if language not in ("", "c", "cpp-output") and not (language == "assembler" and o.preprocess_only):
            raise UsageError(f"cannot compile '{path}': {WHAT.get(language, language)}")
        checked.append((path, language or "c"))
    o.inputs = checked
    if o.verify and o.output and any(language == "object" for _, language in checked):
        raise UsageError("'-o' is of no use with an object to verify: it is not written")
    if len(checked) > 1 and o.output and (o.action not in ("syntax", "preprocess")):
        raise UsageError("cannot specify -o when generating multiple output files")


def _check_verify(o: Options) -> None:
    """--verify needs an object that the running kernel could load."""
    if not o.verify:
        if o.verify_log:
            raise UsageError("'-fverify-log=' is of use with '--verify' only")
        return
    flag = f"-{o.dependencies}" if o.dependencies in ("M", "MM") else f"--emit={o.emit}" if o.emit else NO_OBJECT.get(o.action)
    if flag:
        raise UsageError(f"'--verify' cannot be used with '{flag}': no object is made that could be loaded")
    if o.big_endian != (sys.byteorder == "big"):
        raise UsageError(f"'--verify' cannot be used with '--target={o.target}': the running kernel has the other byte order")
    if o.verify_log and len(o.inputs) > 1:
        raise UsageError("cannot specify '-fverify-log=' when verifying multiple objects")


NO_OBJECT = {"assembly": "-S", "preprocess": "-E", "syntax": "-fsyntax-only"}
WHAT = {
    "object": "objects are not linked (use 'bpftool gen object'), but '--verify' takes them",
    "assembler": "assembly is accepted in C's asm() only", "ir": "ebpfcc has no LLVM behind it",
    "c++": "only C is compiled", "objc": "only C is compiled", "cuda": "only C is compiled", "opencl": "only C is compiled", "fortran": "only C is compiled",
}  # fmt: skip
if TYPE_CHECKING:
    Handler = Callable[[Reading, str, str], None]
