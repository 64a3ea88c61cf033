"""The flags of clang and GCC that need no code: what they set, what they mean nothing for, what is refused and why."""

from __future__ import annotations

ACTIONS = ("link", "compile", "assembly", "syntax", "preprocess")  # the later, the less is done

# Flag -> (field of Options, value).
SETS: dict[str, tuple[str, object]] = {
    "-c": ("action", "compile"), "-S": ("action", "assembly"), "-E": ("action", "preprocess"), "-fsyntax-only": ("action", "syntax"),
    "-undef": ("undef", True), "-nostdinc": ("nostdinc", True), "-trigraphs": ("trigraphs", True), "-ftrigraphs": ("trigraphs", True),
    "-fno-trigraphs": ("trigraphs", False), "-P": ("no_line_markers", True), "-C": ("keep_comments", True), "-CC": ("keep_comments", True),
    "-fworking-directory": ("working_directory", True), "-fno-working-directory": ("working_directory", False),
    "-dM": ("dump", "M"), "-dD": ("dump", "D"), "-dN": ("dump", "N"), "-dI": ("dump", "I"), "-H": ("show_headers", True),
    "-MP": ("dependency_phony", True), "-MG": ("missing_generated", True), "-v": ("verbose", True), "-###": ("dry_run", True),
    "-save-temps": ("save_temps", True), "-save-temps=cwd": ("save_temps", True), "-save-temps=obj": ("save_temps", "obj"),
    "-ffreestanding": ("freestanding", True), "-fhosted": ("freestanding", False), "-fno-hosted": ("freestanding", True),
    "-fno-freestanding": ("freestanding", False), "-funsigned-char": ("unsigned_char", True), "-fno-unsigned-char": ("unsigned_char", False),
    "-fsigned-char": ("unsigned_char", False), "-fno-signed-char": ("unsigned_char", True), "-ftime-report": ("time_passes", True),
    "-fcolor-diagnostics": ("color", "always"), "-fno-color-diagnostics": ("color", "never"), "-fdiagnostics-color": ("color", "always"),
    "-fno-diagnostics-color": ("color", "never"), "-fdiagnostics-color=always": ("color", "always"), "-fdiagnostics-color=never": ("color", "never"),
    "-fdiagnostics-color=auto": ("color", "auto"), "-fcaret-diagnostics": ("caret", True), "-fno-caret-diagnostics": ("caret", False),
    "-fdiagnostics-show-caret": ("caret", True), "-fno-diagnostics-show-caret": ("caret", False), "-fdiagnostics-plain-output": ("caret", False),
    "-fdiagnostics-parseable-fixits": ("fixits", True), "-fno-diagnostics-parseable-fixits": ("fixits", False),
    "-O": ("opt_level", "1"), "-g": ("debug", 2), "-g0": ("debug", 0), "-g1": ("debug", 1),
    "-g2": ("debug", 2), "-g3": ("debug", 3), "-gbtf": ("debug", 2), "-ggdb": ("debug", 2), "-ggdb0": ("debug", 0), "-ggdb1": ("debug", 1),
    "-ggdb2": ("debug", 2), "-ggdb3": ("debug", 3), "-gfull": ("debug", 2), "-gline-tables-only": ("debug", 1), "-gmlt": ("debug", 1),
    "-gline-directives-only": ("debug", 1), "--debug": ("debug", 2), "-Ofast": ("opt_level", "3"), "--emit=ir": ("emit", "ir"), "--verify": ("verify", True),
    "--emit-vmlinux-h": ("emit", "vmlinux-h"), "-fgnu89-inline": ("gnu_inline", True), "-fno-gnu89-inline": ("gnu_inline", False),
    "-fwrapv": ("wrapping", True), "-fno-wrapv": ("wrapping", False), "-fno-strict-overflow": ("wrapping", True), "-fstrict-overflow": ("wrapping", False),
    "-fshort-enums": ("short_enums", True), "-fno-short-enums": ("short_enums", False), "-fstack-usage": ("stack_usage", True),
    "-fno-stack-usage": ("stack_usage", False), "--stack-chains": ("stack_chains", True), "-fpack-struct": ("pack", 1), "-fno-pack-struct": ("pack", 0),
    "-fstrict-aliasing": ("strict_aliasing", True), "-fno-strict-aliasing": ("strict_aliasing", False),
    "-fheader-index": ("header_index", True), "-fno-header-index": ("header_index", False),
    "-mlittle-endian": ("big_endian", False), "-EL": ("big_endian", False), "-mbig-endian": ("big_endian", True), "-EB": ("big_endian", True),
}  # fmt: skip

SETS.update(dict.fromkeys("-gdwarf -gdwarf-2 -gdwarf-3 -gdwarf-4 -gdwarf-5 -glldb -gsce -gdbx".split(), ("debug", 2)))
LONG = {  # GNU long spellings
    "--compile": "-c", "--assemble": "-S", "--preprocess": "-E", "--verbose": "-v", "--no-standard-includes": "-nostdinc", "--output": "-o",
    "--language": "-x", "--include-directory": "-I", "--define-macro": "-D", "--undefine-macro": "-U", "--include": "-include", "--imacros": "-imacros",
    "--dependencies": "-M", "--user-dependencies": "-MM", "--write-dependencies": "-MD", "--write-user-dependencies": "-MMD", "--trace-includes": "-H",
    "--comments": "-C", "--no-line-commands": "-P", "--print-missing-file-dependencies": "-MG", "--save-temps": "-save-temps", "--ansi": "-ansi",
    "--pedantic": "-pedantic", "--pedantic-errors": "-pedantic-errors", "--all-warnings": "-Wall", "--extra-warnings": "-Wextra",
    "--no-warnings": "-w", "--std": "-std", "--optimize": "-O", "--warn-": "-W", "--pipe": "-pipe", "--static": "-static", "--shared": "-shared",
    "--print-file-name": "-print-file-name", "--print-prog-name": "-print-prog-name", "--print-search-dirs": "-print-search-dirs",
    "--print-libgcc-file-name": "-print-libgcc-file-name", "--print-resource-dir": "-print-resource-dir", "--resource-dir": "-resource-dir",
    "--print-target-triple": "-print-target-triple", "--print-supported-cpus": "-print-supported-cpus", "--signed-char": "-fsigned-char",
    "--unsigned-char": "-funsigned-char", "--dumpversion": "-dumpversion", "--dumpmachine": "-dumpmachine",
}  # fmt: skip

# Questions, answered in place of compiling.
QUERIES = frozenset(
    """--version --help -help -dumpversion -dumpfullversion -dumpmachine -print-target-triple -print-effective-triple -print-search-dirs
    -print-resource-dir -print-libgcc-file-name -print-supported-cpus -print-multi-directory -print-multi-lib -print-multiarch
    -print-sysroot -print-multi-os-directory -print-runtime-dir -print-targets --print-multiarch --print-sysroot --print-targets
    --print-runtime-dir --print-effective-triple -mcpu=help -mcpu=? -mtune=help -mattr=help -Wl,--version""".split()
)

# Flags of the linker, which only a build for the host has: see flags.py. The second line's take the next argument.
LINKER = frozenset("-shared -static -static-pie -pie -no-pie -nopie -rdynamic -pthread -s -r -nostartfiles -nodefaultlibs".split())
LINKER_SEPARATE = frozenset("-Xlinker -z -T -u -e -l -L -rpath".split())
LINKER_PREFIXES = ("-Wl,", "-fuse-ld", "-static-lib", "-L", "-l", "-stdlib=", "-rtlib=", "-T")

# Without effect on what this compiler makes. -f names stand without -f and -fno-, and may come with =value.
IGNORED_F = frozenset(
    """stack-protector stack-protector-all stack-protector-strong builtin asynchronous-unwind-tables unwind-tables
    common omit-frame-pointer delete-null-pointer-checks wrapv-pointer strict-flex-arrays inline inline-functions
    inline-small-functions inline-functions-called-once inline-hint-functions inline-limit math-errno fast-math finite-math-only
    signed-zeros trapping-math rounding-math reciprocal-math associative-math unsafe-math-optimizations honor-nans honor-infinities
    fp-contract fp-model ffp-eval-method unroll-loops unroll-all-loops vectorize slp-vectorize tree-vectorize tree-slp-vectorize
    tree-loop-distribute-patterns tree-loop-im tree-switch-conversion tree-vrp tree-dce tree-sra tree-ter tree-pre jump-tables
    ident identify signed-bitfields ms-extensions plan9-extensions gnu-keywords asm
    dollars-in-identifiers exceptions rtti threadsafe-statics visibility visibility-inlines-hidden function-sections data-sections
    unique-section-names merge-constants merge-all-constants keep-static-consts plt semantic-interposition PIC pic PIE pie
    optimize-sibling-calls reorder-blocks reorder-functions reorder-blocks-and-partition toplevel-reorder schedule-insns schedule-insns2
    gcse gcse-after-reload crossjumping cse-follow-jumps if-conversion if-conversion2 ivopts ipa-sra ipa-cp ipa-cp-clone ipa-ra ipa-icf
    ipa-pure-const ipa-modref ipa-reference partial-inlining code-hoisting store-merging split-loops split-wide-types peephole peephole2
    align-functions align-labels align-loops align-jumps caller-saves thread-jumps ree rename-registers web selective-scheduling
    conserve-stack stack-check stack-clash-protection stack-limit zero-initialized-in-bss zero-call-used-regs
    auto-var-init cf-protection patchable-function-entry
    diagnostics-show-option diagnostics-show-line-numbers diagnostics-show-labels diagnostics-show-note-include-stack
    diagnostics-fixit-info diagnostics-show-category diagnostics-print-source-range-info diagnostics-show-template-tree
    diagnostics-show-hotness diagnostics-show-cwe diagnostics-urls diagnostics-column-unit diagnostics-absolute-paths show-column show-source-location
    ansi-escape-codes message-length caret-diagnostics-max-lines macro-backtrace-limit spell-checking spell-checking-limit track-macro-expansion
    elide-type verbose-asm integrated-as integrated-cc1 integrated-objemitter gnuc-version use-init-array
    debug-types-section debug-macro debug-info-for-profiling standalone-debug limit-debug-info eliminate-unused-debug-types
    eliminate-unused-debug-symbols eliminate-dwarf2-dups var-tracking var-tracking-assignments dwarf2-cfi-asm split-dwarf-inlining
    dwarf-directory-asm random-seed record-command-line record-gcc-switches crash-diagnostics crash-diagnostics-dir
    file-compilation-dir coverage-compilation-dir coverage-prefix-map profile-prefix-map canon-prefix-map canonical-system-headers
    addrsig emulated-tls tls-model temp-file pch-preprocess preprocessed directives-only extended-identifiers
    max-include-depth tabstop constexpr-depth constexpr-steps bracket-depth template-depth operator-names
    char8_t gnu-unique strict-enums strict-return strict-vtable-pointers force-emit-vtables whole-program-vtables
    assume-sane-operator-new sized-deallocation aligned-allocation split-stack non-call-exceptions cx-limited-range cx-fortran-rules
    allow-store-data-races isolate-erroneous-paths-dereference isolate-erroneous-paths-attribute hardened kcfi-arity min-function-alignment
    allow-editor-placeholders approx-func modules-cache-path implicit-modules autolink double-square-bracket-attributes
    c++-static-destructors convergent-functions cond-mismatch lax-vector-conversions access-control
    pass-by-value-is-noalias relaxed-template-template-args blocks basic-block-sections debug-default-version checking
    signaling-nans single-precision-constant float-store excess-precision experimental-new-constant-interpreter
    finite-loops loop-interchange loop-unroll-and-jam ivar-visibility keep-inline-functions keep-system-includes
    lto-odr-type-merging prefetch-loop-arrays version-loops-for-strides split-lto-unit unified-lto""".split()
)
IGNORED = frozenset(
    """-pipe -nostdlib -nostdlibinc -nolibc -nobuiltininc -nostdinc++ -Qunused-arguments -Qy -Qn -m64 -mlp64
    -gno-btf -gcolumn-info -gstrict-dwarf -gsimple-template-names -gembed-source -gomit-unreferenced-methods -gz -gtoggle -gvariable-location-views
    -ginline-line-tables -gstatement-frontiers -gas-loc-support -gas-locview-support -gdescribe-dies -gdwarf32 -gdwarf64 -gcodeview
    -no-canonical-prefixes -canonical-prefixes -no-integrated-cpp
    -integrated-as -no-integrated-as -mrelax-all -mno-relax-all -msoft-float -mhard-float -mno-red-zone -mred-zone
    -mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -mno-80387 -mno-fp-ret-in-387 -mgeneral-regs-only -mfentry -mno-fentry -mskip-rax-setup
    -mindirect-branch-register -mno-omit-leaf-frame-pointer -momit-leaf-frame-pointer -mno-implicit-float -mno-global-merge -mno-outline
    -mno-unaligned-access -munaligned-access -mstrict-align -mno-strict-align -mno-save-restore -time -MV
    --end-no-unused-arguments --start-no-unused-arguments""".split()
)
IGNORED_PREFIXES = (
    "--system-header-prefix=", "--no-system-header-prefix=",
    "-Wa,", "-march=", "-mtune=", "-mcmodel=", "-mpreferred-stack-boundary=", "-mstack-alignment=", "-mindirect-branch=", "-mfunction-return=",
    "-mregparm=", "-mabi=", "-mfpmath=", "-mstack-protector-guard", "-mharden-sls=", "-gno-", "-gz=", "-ggnu-", "-gsrc-hash=", "-gsplit-dwarf=no",
    "-resource-dir=", "-ccc-", "--gcc-toolchain=", "--gcc-install-dir=", "-B", "--param=", "-Rpass", "-Rno-", "-masm=", "-mdebug-pass",
    "-minline-memops-threshold=", "-fdiagnostics-hotness-threshold=", "--driver-mode=gcc", "--config=", "--no-default-config", "-stdlib++-isystem",
    "-mmacosx-version-min=", "-mos-version-min=", "-ffixed-", "-fcall-used-", "-fcall-saved-",
)  # fmt: skip
IGNORED_SEPARATE = frozenset(
    "-Xassembler -Xopenmp-target -resource-dir -arch -B --param -cxx-isystem -dumpbase -dumpdir -dumpbase-ext -aux-info --config".split()
)

# Refused: what would be missing from the output, by the flag's beginning.
NO_LLVM = "ebpfcc has no LLVM behind it"
NO_REPORT = "passes make no reports; --print-after=PASS shows what one made"
NO_PREFIX = "give the directory as it is, with -isystem"
NO_RUNTIME = "BPF programs have no run-time library to report to"
REFUSED = (
    ("-emit-llvm", NO_LLVM), ("-emit-ast", NO_LLVM), ("-emit-pch", "there are no precompiled headers"), ("-include-pch", "there are no precompiled headers"),
    ("-flto", NO_LLVM), ("-fthinlto", NO_LLVM), ("-fembed-bitcode", NO_LLVM), ("-fpass-plugin", NO_LLVM), ("-fplugin", "there is no plugin interface"),
    ("-fsanitize-coverage", NO_RUNTIME), ("-fsanitize", NO_RUNTIME), ("-fprofile", NO_RUNTIME), ("-fcs-profile", NO_RUNTIME),
    ("-fcoverage-mapping", NO_RUNTIME), ("-ftest-coverage", NO_RUNTIME), ("--coverage", NO_RUNTIME), ("-coverage", NO_RUNTIME), ("-pg", NO_RUNTIME),
    ("-finstrument-functions", NO_RUNTIME), ("-fxray-instrument", NO_RUNTIME), ("-fauto-profile", "there is no profile-guided optimisation"),
    ("-fopenmp", "BPF has no threads"), ("-fopenacc", "BPF has no threads"), ("-ftree-parallelize-loops", "BPF has no threads"),
    ("-fmodules", "C has no modules"), ("-fblocks-runtime", "BPF has no blocks"), ("-fcallgraph-info", "-fstack-usage tells the stack of functions"),
    ("-ftrapv", "there is no trap on overflow"), ("-fshort-wchar", "wide characters have 32 bits"),
    ("-funsigned-bitfields", "bit-fields have the sign of their type"), ("-fleading-underscore", "symbols are as in the source"),
    ("-fwritable-strings", "string literals are constant"), ("-fsso-struct=", "there is one byte order"), ("-fpascal-strings", "string literals are C's"),
    ("-frandomize-layout-seed", "structures are laid out as they stand"), ("-ffixed-point", "there are no fixed-point types"),
    ("-fopt-info", NO_REPORT), ("-fsave-optimization-record", NO_REPORT), ("-foptimization-record", NO_REPORT),
    ("-ftime-trace", "-ftime-report tells the times"),
    ("-fproc-stat-report", "-ftime-report tells the times"), ("-MJ", "there is no such output"), ("-serialize-diagnostics", "messages are text"),
    ("-working-directory", "paths are relative to the current directory"), ("-iprefix", NO_PREFIX), ("-iwithprefix", NO_PREFIX), ("-iwithsysroot", NO_PREFIX),
    ("-fdump-", "dumps are made with --print-after=PASS or --emit=ir"), ("-gsplit-dwarf", "debug information is BTF, which is not split"),
    ("-m32", "BPF has 64-bit pointers"), ("-mx32", "BPF has 64-bit pointers"), ("-m16", "BPF has 64-bit pointers"),
    ("-fsplit-stack", "BPF has a fixed stack"), ("--analyze", "there is no static analyser"), ("-fanalyzer", "there is no static analyser"),
    ("-fcf-runtime", NO_RUNTIME), ("-fobjc", "only C is compiled"), ("-traditional", "only ISO C is preprocessed"),
    ("-save-stats", "-ftime-report tells the times"),
)  # fmt: skip

LANGUAGES = {
    "c": "c", "c-header": "c", "cpp-output": "cpp-output", "assembler": "assembler", "assembler-with-cpp": "assembler", "ir": "ir", "none": "",
    "c++": "c++", "c++-header": "c++", "c++-cpp-output": "c++", "objective-c": "objc", "objective-c++": "objc", "cuda": "cuda", "hip": "cuda",
    "cl": "opencl", "f77": "fortran", "f95": "fortran",
}  # fmt: skip
SUFFIXES = {
    ".c": "c", ".h": "c", ".i": "cpp-output", ".s": "assembler", ".S": "assembler", ".sx": "assembler", ".ll": "ir", ".bc": "ir", ".ir": "ir",
    ".cc": "c++", ".cp": "c++", ".cxx": "c++", ".cpp": "c++", ".c++": "c++", ".C": "c++", ".CPP": "c++", ".hpp": "c++", ".ii": "c++", ".m": "objc",
    ".mm": "objc", ".cu": "cuda", ".cl": "opencl", ".f": "fortran", ".f90": "fortran",
}  # fmt: skip
STANDARDS = {
    "c89": "89", "c90": "89", "iso9899:1990": "89", "iso9899:199409": "94", "gnu89": "89", "gnu90": "89", "c99": "99", "c9x": "99", "iso9899:1999": "99",
    "iso9899:199x": "99", "gnu99": "99", "gnu9x": "99", "c11": "11", "c1x": "11", "iso9899:2011": "11", "gnu11": "11", "gnu1x": "11", "c17": "17",
    "c18": "17", "iso9899:2017": "17", "iso9899:2018": "17", "gnu17": "17", "gnu18": "17", "c23": "23", "c2x": "23", "iso9899:2024": "23",
    "gnu23": "23", "gnu2x": "23", "c2y": "23", "gnu2y": "23",
}  # fmt: skip
CPUS = {"generic": 0, "v1": 1, "v2": 2, "v3": 3, "v4": 4}  # 0: the flavour's default
KERNELS = (((6, 6), 4), ((5, 1), 3), ((4, 14), 2))  # the kernels that brought each version of the instruction set
GCC_FEATURES = frozenset("alu32 jmpext jmp32 v3-atomics bswap sdiv smov xbpf co-re addr-space-cast".split())
CLANG_FEATURES = frozenset("alu32 dwarfris dummy allows-misaligned-mem-access".split())
CHARSETS = frozenset(("utf-8", "utf8"))
PASSES = frozenset(
    """align_objects clamps combine constant_objects constant_results dce dead_stores gvn hoist inline join_stores late_constants libcalls licm
    load_pre lower_switch mem2reg merge_calls merge_objects pointer_counters prune_params rotate shared_extensions simplify_cfg sink tail_recursion unroll
    widen_stores""".split()
)

# Flag -> the values that it can have, also where it changes nothing here: a wrong one is an error, as with clang and GCC.
FORMATS = {  # GCC's names, then clang's
    "text": "", "json": "json", "json-stderr": "json", "json-file": "json-file", "sarif-stderr": "sarif", "sarif-file": "sarif-file",
    "clang": "", "sarif": "sarif", "SARIF": "sarif",
}  # fmt: skip
VALUES = {
    "-fdiagnostics-color=": ("always", "never", "auto"), "-save-temps=": ("cwd", "obj"), "--print-after=": ("all", *sorted(PASSES)),
    "-fdiagnostics-format=": tuple(FORMATS), "-fdiagnostics-show-category=": ("none", "id", "name"),
    "-fvisibility=": ("default", "hidden", "internal", "protected"), "-fcf-protection=": ("none", "branch", "return", "full", "check"),
    "-ffp-contract=": ("fast", "on", "off", "fast-honor-pragmas"), "-fstrict-flex-arrays=": ("0", "1", "2", "3"),
    "-ftls-model=": ("global-dynamic", "local-dynamic", "initial-exec", "local-exec"),
    "-fexcess-precision=": ("standard", "fast", "none", "16"), "-fdiagnostics-show-location=": ("once", "every-line"),
}  # fmt: skip
NUMBERS = frozenset(
    """-fmacro-backtrace-limit= -fmessage-length= -fbracket-depth= -fconstexpr-depth= -fconstexpr-steps= -ftabstop= -fmax-include-depth=
    -fspell-checking-limit= -ftemplate-depth= -ftemplate-backtrace-limit= -fcaret-diagnostics-max-lines=""".split()
)
