"""Further names of -f flags that clang and GCC know for C, and that change nothing here: how their own passes work, what they print, what
other languages, targets and run-time libraries have. They stand without -f and no-. Read only for a flag that is nowhere else."""

from __future__ import annotations

KNOWN_F = frozenset(
    """aapcs-bitfield-load aapcs-bitfield-width abi-version ada-spec-parent address-space-map-mangling aggressive-loop-optimizations
    aligned-alloc-unavailable allocation-dce allow-parameterless-variadic-functions allow-pch-with-compiler-errors
    allow-pch-with-different-modules-cache-path allow-pcm-with-compiler-errors apinotes apinotes-modules apinotes-swift-version apple-kext
    apple-link-rtlib apple-pragma-pack application-extension apply-global-visibility-to-externs argument-alias argument-noalias
    argument-noalias-anything argument-noalias-global asan-shadow-offset assume-nothrow-exception-dtor assume-unique-vtables assumptions
    async-exceptions atomic-fine-grained-memory atomic-ignore-denormal-mode atomic-remote-memory auto-import auto-inc-dec avoid-store-forwarding
    basic-block-address-map bfloat16-excess-precision binutils-version bit-tests borland-extensions branch-count-reg branch-probabilities
    branch-target-load-optimize branch-target-load-optimize2 btr-bb-exclusive build-session-file build-session-timestamp building-libgcc
    builtin-headers-in-system-modules builtin-module-map c++-abi call-graph-section cf-check-attribute check-data-deps check-new check-pointer-bounds
    cilkplus clang-abi-compat clangir combine-stack-adjustments comment-block-commands compare-debug compare-debug-second compare-elim
    compatibility-qualified-id-block-type-checking complete-member-pointers concepts-diagnostics-depth condition-coverage const-strings
    constant-cfstrings constant-string-class constexpr-backtrace-limit coro-aligned-allocation coroutines coverage-mcdc cprop-registers
    cse-skip-blocks ctor-dtor-return-this cxx-exceptions cxx-modules dce debug-cpp debug-info-kind debug-ranges-base-address
    debugger-cast-result-to-id debugger-objc-literal debugger-support declare-opencl-builtins declspec default-calling-conv defer-pop defer-ts
    define-target-os-macros delayed-branch delayed-template-parsing delete-dead-exceptions deprecated-macro devirtualize devirtualize-at-ltrans
    devirtualize-functions devirtualize-speculatively diagnostics-add-output diagnostics-column-origin diagnostics-escape-format
    diagnostics-generate-patch diagnostics-json-formatting diagnostics-minimum-margin-width diagnostics-misexpect-tolerance
    diagnostics-parseable-fixits diagnostics-path-format diagnostics-set-output diagnostics-show-context diagnostics-show-event-links
    diagnostics-show-location diagnostics-show-nesting diagnostics-show-path-depths diagnostics-text-art-charset diagnostics-use-presumed-location
    digraphs direct-access-external-data disable-block-signature-string disable-module-hash discard-value-names dse dwarf-exceptions early-inlining
    elide-constructors embed-offload-object emit-all-decls emit-class-debug-always emit-compact-unwind-non-canonical emit-dwarf-unwind
    emit-struct-debug-baseonly emit-struct-debug-detailed emit-struct-debug-reduced enable-matrix encode-extended-block-signature
    expensive-optimizations experimental-bounds-safety experimental-call-graph-section experimental-late-parse-attributes experimental-library
    experimental-modules-reduced-bmi experimental-omit-vtable-rtti experimental-openacc-macro-override experimental-relative-c++-abi-vtables
    experimental-sanitize-metadata experimental-sanitize-metadata-ignorelist experimental-strict-floating-point ext-dce extend-arguments
    extend-this-ptr extend-variable-liveness externc-nounwind fake-address-space-map fat-lto-objects file-reproducible fine-grained-bitfield-accesses
    float16-excess-precision fold-mem-offsets fold-simple-inlines forbid-guard-variables force-addr force-check-cxx20-modules-input-files
    force-dwarf-frame force-enable-int128 forward-propagate fp-eval-method fp-exception-behavior fp-int-builtin-inexact fuchsia-api-level function-cse
    gcse-las gcse-lm gcse-sm gimple global-isel gnat-encodings gnu-inline-asm gnu-runtime gnu-tm graphite graphite-identity guess-branch-probability
    half-no-semantic-interposition handle-exceptions harden-compares harden-conditional-branches harden-control-flow-redundancy heinous-gnu-extensions
    hoist-adjacent-loads ignore-exceptions implicit-constexpr implicit-module-maps implicit-modules-use-lock include-default-header
    incremental-extensions indirect-inlining inhibit-size-directive inline-atomics inline-max-stacksize inline-stringops
    instrument-function-entry-bare ipa-bit-cp ipa-cp-alignment ipa-icf-functions ipa-icf-variables ipa-matrix-reorg ipa-profile ipa-pta
    ipa-reference-addressable ipa-reorder-for-locality ipa-stack-alignment ipa-strict-aliasing ipa-struct-reorg ipa-vrp ira-algorithm
    ira-hoist-pressure ira-loop-pressure ira-region ira-share-save-slots ira-share-spill-slots jmc keep-gc-roots-live
    keep-persistent-storage-variables keep-static-functions knr-functions large-source-files late-combine-instructions lifetime-dse
    limit-function-alignment live-patching live-range-shrinkage loop-block loop-flatten loop-nest-optimize loop-optimize loop-parallelize-all
    loop-strip-mine lra-remat malloc-dce math-builtin matrix-memory-layout max-tokens mcdc-max-conditions mcdc-max-test-vectors mem-report
    mem-report-wpa memory-profile memory-profile-use merge-debug-strings merge-functions minimize-whitespace modulo-sched modulo-sched-allow-regmoves
    move-loop-invariants move-loop-stores ms-anonymous-structs ms-compatibility ms-compatibility-version ms-define-stdc ms-hotpatch ms-runtime-lib
    ms-volatile msc-version multiflags new-alignment new-infallible nothrow-opt operator-arrow-depth optimize-crc optimize-register-move
    optimize-strlen order-file-instrumentation partition-static-data-sections patchable-function-entry-offset path-coverage pcc-struct-return
    pch-codegen pch-debuginfo pch-deps pch-instantiate-templates pch-timestamp pch-validate-input-files-content peel-loops permitted-flt-eval-methods
    post-ipa-mem-report pre-ipa-mem-report prebuilt-implicit-modules prebuilt-module-path predictive-commoning preserve-as-comments preserve-vec3-type
    printf-return-value protect-parens pseudo-probe-for-profiling ptrauth-auth-traps ptrauth-calls ptrauth-function-pointer-type-discrimination
    ptrauth-indirect-gotos ptrauth-init-fini ptrauth-intrinsics ptrauth-returns ptrauth-type-info-vtable-pointer-discrimination
    ptrauth-vtable-pointer-address-discrimination ptrauth-vtable-pointer-type-discrimination raw-string-literals recovery-ast recovery-ast-type
    reg-struct-return register-global-dtors-with-atexit regmove reorder-blocks-algorithm report-bug rerun-cse-after-loop rerun-loop-opt
    reschedule-modulo-scheduled-loops ropi rtlib-add-rpath rtlib-defaultlib rtti-data rwpi safe-buffer-usage-suggestions sample-profile-use-profi
    sched-critical-path-heuristic sched-dep-count-heuristic sched-group-heuristic sched-interblock sched-last-insn-heuristic sched-pressure
    sched-rank-heuristic sched-spec sched-spec-insn-heuristic sched-spec-load sched-spec-load-dangerous sched-stalled-insns sched-stalled-insns-dep
    sched2-use-superblocks sched2-use-traces schedule-fusion section-anchors seh-exceptions selective-scheduling2 separate-named-sections
    show-overloads show-skipped-includes shrink-wrap shrink-wrap-separate simd-cost-model sjlj-exceptions skip-odr-check-in-gmf
    speculatively-call-stored-functions split-ivs-in-unroller split-machine-functions split-paths split-wide-types-early ssa-backprop ssa-phiopt
    stack-arrays stack-limit-register stack-limit-symbol stack-protector-explicit stack-reuse stack-size-section stdarg-opt strength-reduce
    strict-bool strict-float-cast-overflow strict-volatile-bitfields swift-async-fp sync-libcalls system-module template-backtrace-limit
    test-module-file-extension thin-link-bitcode time-report-details tracer trampolines trapv-handler tree-bit-ccp tree-builtin-call-dce tree-ccp
    tree-ch tree-coalesce-inlined-vars tree-coalesce-vars tree-copy-prop tree-copyrename tree-cselim tree-dominator-opts tree-dse tree-forwprop
    tree-fre tree-loop-distribution tree-loop-if-convert tree-loop-if-convert-stores tree-loop-ivcanon tree-loop-linear tree-loop-optimize
    tree-loop-vectorize tree-lrs tree-partial-pre tree-phiprop tree-pta tree-reassoc tree-salias tree-scev-cprop tree-sink tree-slsr tree-store-ccp
    tree-store-copy-prop tree-tail-merge tree-vect-loop-version tree-vectorizer-verbose trivial-auto-var-init-max-size
    trivial-auto-var-init-stop-after type-visibility unconstrained-commons unique-basic-block-section-names unique-internal-linkage-names
    unit-at-a-time unknown-anytype unroll-completely-grow-size unsafe-loop-optimizations unswitch-loops use-ctor-homing use-cuid use-cxa-atexit use-ld
    use-line-directives use-linker-plugin use-register-sized-bitfield-access validate-ast-input-files-content validate-pch
    var-tracking-assignments-toggle var-tracking-uninit variable-expansion-in-unroller veclib vect-cost-model verify-debuginfo-preserve
    verify-debuginfo-preserve-export verify-intermediate-code virtual-function-elimination visibility-dllexport visibility-externs-dllimport
    visibility-externs-nodllstorageclass visibility-from-dllstorageclass visibility-global-new-delete visibility-global-new-delete-hidden
    visibility-inlines-hidden-static-local-var visibility-ms-compat visibility-nodllstorageclass vpt vtable-verify vtv-counts vtv-debug
    wasm-exceptions whole-program xl-pragma-pack zee zero-init-padding-bits zos-extensions""".split()
)
