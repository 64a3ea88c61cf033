# completions of ebpfcc for bash, made by tools/flag_pages.py
_ebpfcc() {
    local word previous values=""
    word="${COMP_LINE:0:$COMP_POINT}"
    word="${word##* }"
    previous="${COMP_WORDS[COMP_CWORD-1]}"
    case "$word" in
        -std=*) values="c89 gnu89 c99 gnu99 c11 gnu11 c17 gnu17 c23 gnu23" ;;
        --target=*) values="bpf bpfel bpfeb" ;;
        -mcpu=*) values="v1 v2 v3 v4 generic probe help" ;;
        -fpack-struct=*) values="1 2 4 8 16" ;;
        -ftrivial-auto-var-init=*) values="zero pattern uninitialized" ;;
        -fdiagnostics-color=*) values="always never auto" ;;
        -fdiagnostics-format=*) values="text json json-file sarif sarif-file" ;;
        --print-after=*) values="all align_objects clamps combine constant_objects constant_results dce dead_stores gvn hoist inline join_stores late_constants libcalls licm load_pre lower_switch mem2reg merge_calls merge_objects pointer_counters prune_params rotate shared_extensions simplify_cfg sink tail_recursion unroll widen_stores" ;;
    esac
    if [ -n "$values" ]; then
        COMPREPLY=($(compgen -W "$values" -- "${word#*=}"))
        return
    fi
    case "$previous" in
        -x) values="c cpp-output" ;;
    esac
    if [ -n "$values" ]; then
        COMPREPLY=($(compgen -W "$values" -- "$word"))
        return
    fi
    case "$word" in
        -W*) COMPREPLY=($(compgen -W "-Wall -Warray-bounds -Wbitfield-constant-conversion -Wbitwise-conditional-parentheses -Wbitwise-op-parentheses -Wbpf-context -Wbpf-format -Wbpf-map -Wbpf-section -Wbuiltin-macro-redefined -Wc23-extensions -Wcast-align -Wcast-qual -Wchar-subscripts -Wcomment -Wcompare-distinct-pointer-types -Wconstant-conversion -Wconstant-logical-operand -Wconversion -Wdangling-else -Wdate-time -Wdeclaration-after-statement -Wdeprecated-non-prototype -Wdiscarded-qualifiers -Wempty-body -Wendif-labels -Wexpansion-to-defined -Wextra -Wextra-semi -Wextra-tokens -Wformat -Wframe-larger-than -Wgnu -Wgnu-auto-type -Wgnu-case-range -Wgnu-conditional-omitted-operand -Wgnu-designator -Wgnu-empty-struct -Wgnu-label-as-value -Wgnu-pointer-arith -Wgnu-statement-expression -Wgnu-statement-expression-from-macro-expansion -Wgnu-union-cast -Wgnu-variable-sized-type-not-at-end -Wgnu-zero-variadic-macro-arguments -Wignored-attributes -Wignored-qualifiers -Wimplicit -Wimplicit-fallthrough -Wimplicit-function-declaration -Wimplicit-int -Wimplicit-int-conversion -Wincompatible-function-pointer-types -Wincompatible-pointer-types -Winitializer-overrides -Wint-conversion -Winvalid-pp-token -Winvalid-token-paste -Wlanguage-extension-token -Wlogical-not-parentheses -Wlogical-op-parentheses -Wmacro-redefined -Wmissing-braces -Wmissing-declarations -Wmissing-field-initializers -Wmissing-prototypes -Wmost -Wnewline-eof -Wnull-character -Wpadded -Wparentheses -Wparentheses-equality -Wpedantic -Wpointer-arith -Wpointer-sign -Wpragma-pack -Wreturn-mismatch -Wreturn-type -Wself-assign -Wshadow -Wshift-count-negative -Wshift-count-overflow -Wshift-op-parentheses -Wshorten-64-to-32 -Wsign-compare -Wsign-conversion -Wsingle-bit-bitfield-constant-conversion -Wsizeof-pointer-memaccess -Wsometimes-uninitialized -Wstrict-prototypes -Wstring-compare -Wswitch -Wswitch-enum -Wtautological-compare -Wtrigraphs -Wtype-limits -Wundef -Wuninitialized -Wuninitialized-map-argument -Wunknown-attributes -Wunknown-pragmas -Wunneeded-internal-declaration -Wunused -Wunused-but-set-parameter -Wunused-but-set-variable -Wunused-const-variable -Wunused-function -Wunused-label -Wunused-local-typedef -Wunused-macros -Wunused-parameter -Wunused-result -Wunused-value -Wunused-variable -Wvariadic-macros -Wvisibility -Wvla -Wwrite-strings -Wzero-length-array" -- "$word")) ;;
        -*) COMPREPLY=($(compgen -W "-c -S -E -fsyntax-only -o -x --emit-vmlinux-h --for --emit=ir -save-temps -O0 -O1 -O2 -O3 -Os -g -g0 -std= --target= -mlittle-endian -mbig-endian -mcpu= -fno-strict-aliasing -fwrapv -fshort-enums -fpack-struct= -ftrivial-auto-var-init= -mframe-limit= -I -iquote -isystem -idirafter -include -imacros -D -U -undef -nostdinc --sysroot= -P -C -dM -H -M -MD -MF -MT -MP -MG -Wall -Wextra -Wpedantic -Werror -w -ferror-limit= -fdiagnostics-color= -fno-caret-diagnostics -fdiagnostics-parseable-fixits -fdiagnostics-format= -ffile-prefix-map= --explain --verify -fverify-log= --print-after= -ftime-report -fstack-usage --stack-chains -v -### --help --version -dumpmachine -print-file-name= -print-prog-name= -print-search-dirs -print-resource-dir -print-target-triple" -- "$word")); [ "${COMPREPLY[0]: -1}" = "=" ] && compopt -o nospace ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}
complete -o filenames -F _ebpfcc ebpfcc
