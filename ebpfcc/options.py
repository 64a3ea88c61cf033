"""What a command line asks for."""

from __future__ import annotations


class Options:
    """The choices of one compilation, with clang's defaults. driver.py and the stages read them; nothing changes them later."""

    __slots__ = (
        "inputs", "output", "action", "language",
        "target", "big_endian", "cpu", "flavour", "std_year", "std_gnu", "opt_level", "debug", "frame_limit",
        "defines", "includes", "imacros", "iquote", "include_dirs", "isystem", "idirafter", "nostdinc", "sysroot", "undef", "trigraphs",
        "warnings", "color", "progress", "caret", "fixits", "diagnostics_format",
        "error_limit", "preprocess_only", "keep_comments", "no_line_markers", "dump", "show_headers",
        "dependencies", "dependency_file", "dependency_targets", "dependency_phony", "missing_generated",
        "prefix_map", "debug_prefix_map", "debug_directory", "working_directory", "verbose", "dry_run", "save_temps", "freestanding", "unsigned_char",
        "strict_aliasing", "short_enums", "pack", "auto_init", "trap_function", "stack_usage", "stack_chains", "gnu_inline", "wrapping", "header_index",
        "emit", "print_after", "features", "unknown", "time_passes", "program", "queries", "hand_over", "target_given", "verify", "verify_log",
    )  # fmt: skip

    def __init__(self) -> None:
        self.inputs: list[tuple[str, str]] = []  # (path or "-", language: c, cpp-output, assembler, ir, object)
        self.output = ""
        self.action = "link"  # link, compile (-c), assembly (-S), preprocess (-E, -M), syntax (-fsyntax-only)
        self.language = ""
        self.target = "host"
        self.big_endian = False
        self.cpu = 1
        self.flavour = "clang"
        self.std_year = "17"
        self.std_gnu = True
        self.opt_level = "0"
        self.debug = 0
        self.frame_limit = 512
        self.defines: list[tuple[str, str]] = []  # ("D" or "U", text) in order
        self.includes: list[str] = []
        self.imacros: list[str] = []
        self.iquote: list[str] = []
        self.include_dirs: list[str] = []
        self.isystem: list[str] = []
        self.idirafter: list[str] = []
        self.nostdinc = False
        self.sysroot = ""
        self.undef = False
        self.trigraphs = False
        self.warnings: list[str] = []  # -W names as given, without -W; "#silent" for -w
        self.progress = False  # long work may be told on the terminal
        self.color = "auto"
        self.caret = True  # messages show the source line
        self.fixits = False  # and what would mend it, for programs
        self.diagnostics_format = ""  # "", or json or sarif, with -file
        self.error_limit = 20
        self.preprocess_only = False
        self.keep_comments = False
        self.no_line_markers = False
        self.dump = ""  # M, D, N or I of -dM ...
        self.show_headers = False
        self.dependencies = ""  # "", "M", "MM", "MD", "MMD"
        self.dependency_file = ""
        self.dependency_targets: list[str] = []
        self.dependency_phony = False
        self.missing_generated = False
        self.prefix_map: list[tuple[str, str]] = []  # for __FILE__ and messages
        self.debug_prefix_map: list[tuple[str, str]] = []
        self.debug_directory = ""
        self.working_directory = True  # -E -g tells it
        self.verbose = False
        self.dry_run = False
        self.save_temps: bool | str = False  # "obj": beside the output
        self.freestanding = False
        self.unsigned_char = False
        self.strict_aliasing = True
        self.wrapping = False  # -fwrapv: signed arithmetic is modulo 2**n
        self.short_enums = False
        self.pack = 0  # -fpack-struct=: as #pragma pack(n)
        self.auto_init = ""  # what variables without an initialiser hold: "", "zero", "pattern"
        self.trap_function = ""  # what __builtin_trap calls
        self.stack_usage = False  # a .su file
        self.stack_chains = False
        self.gnu_inline: bool | None = None  # None: as the standard has it
        self.header_index = True  # large headers are parsed as far as names in them are used
        self.emit = ""
        self.print_after: list[str] = []
        self.features: dict[str, bool] = {}
        self.unknown: list[str] = []
        self.time_passes = False
        self.verify = False
        self.verify_log = ""
        self.program = "ebpfcc"
        self.queries: list[tuple[str, str]] = []  # (--version, -print-file-name ..., its operand): answered in place of compiling
        self.target_given = False
        self.hand_over: list[str] = []  # the arguments, if the call is for the host's compiler
