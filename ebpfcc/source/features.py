"""What `__has_builtin` and its relatives answer: the names that clang 19's BPF target says yes to and that this compiler has."""

from __future__ import annotations

BUILTINS = frozenset(
    """__builtin_expect __builtin_expect_with_probability __builtin_constant_p __builtin_choose_expr __builtin_types_compatible_p
    __builtin_offsetof __builtin_memcpy __builtin_memmove __builtin_memset __builtin_memcmp __builtin_memcpy_inline
    __builtin_memset_inline __builtin_strlen __builtin_bswap16 __builtin_bswap32 __builtin_bswap64 __builtin_clz __builtin_clzl
    __builtin_clzll __builtin_ctz __builtin_ctzl __builtin_ctzll __builtin_ffs __builtin_ffsl __builtin_ffsll __builtin_popcount
    __builtin_popcountl __builtin_popcountll __builtin_parity __builtin_parityl __builtin_parityll __builtin_clrsb __builtin_clrsbl
    __builtin_clrsbll __builtin_add_overflow __builtin_sub_overflow __builtin_mul_overflow __builtin_sadd_overflow
    __builtin_saddl_overflow __builtin_saddll_overflow __builtin_uadd_overflow __builtin_uaddl_overflow __builtin_uaddll_overflow
    __builtin_ssub_overflow __builtin_ssubl_overflow __builtin_ssubll_overflow __builtin_usub_overflow __builtin_usubl_overflow
    __builtin_usubll_overflow __builtin_smul_overflow __builtin_smull_overflow __builtin_smulll_overflow __builtin_umul_overflow
    __builtin_umull_overflow __builtin_umulll_overflow __builtin_unreachable __builtin_trap __builtin_assume __builtin_object_size
    __builtin_dynamic_object_size __builtin_abs __builtin_labs __builtin_llabs __builtin_prefetch __builtin_alloca
    __builtin_frame_address __builtin_return_address __builtin_assume_aligned __builtin_va_start __builtin_va_end __builtin_va_arg
    __builtin_va_copy __builtin_preserve_access_index __builtin_preserve_field_info __builtin_preserve_type_info
    __builtin_preserve_enum_value __builtin_btf_type_id __builtin_bpf_load_byte __builtin_bpf_load_half __builtin_bpf_load_word
    __builtin_bitreverse8 __builtin_bitreverse16 __builtin_bitreverse32 __builtin_bitreverse64 __builtin_rotateleft8
    __builtin_rotateleft16 __builtin_rotateleft32 __builtin_rotateleft64 __builtin_rotateright8 __builtin_rotateright16
    __builtin_rotateright32 __builtin_rotateright64 __builtin_LINE __builtin_FILE __builtin_FUNCTION __builtin_COLUMN
    __sync_fetch_and_add __sync_fetch_and_sub __sync_fetch_and_and __sync_fetch_and_or __sync_fetch_and_xor __sync_fetch_and_nand
    __sync_add_and_fetch __sync_sub_and_fetch __sync_and_and_fetch __sync_or_and_fetch __sync_xor_and_fetch
    __sync_bool_compare_and_swap __sync_val_compare_and_swap __sync_lock_test_and_set __sync_lock_release __sync_synchronize
    __sync_swap __atomic_load __atomic_load_n __atomic_store __atomic_store_n __atomic_exchange __atomic_exchange_n
    __atomic_compare_exchange __atomic_compare_exchange_n __atomic_fetch_add __atomic_fetch_sub __atomic_fetch_and __atomic_fetch_or
    __atomic_fetch_xor __atomic_fetch_nand __atomic_add_fetch __atomic_sub_fetch __atomic_and_fetch __atomic_or_fetch
    __atomic_xor_fetch __sync_nand_and_fetch __atomic_nand_fetch __atomic_thread_fence __atomic_signal_fence __atomic_always_lock_free
    __atomic_is_lock_free __c11_atomic_init __c11_atomic_load __c11_atomic_store __c11_atomic_exchange
    __c11_atomic_compare_exchange_strong __c11_atomic_compare_exchange_weak __c11_atomic_fetch_add __c11_atomic_fetch_sub
    __c11_atomic_fetch_and __c11_atomic_fetch_or __c11_atomic_fetch_xor __c11_atomic_thread_fence __c11_atomic_signal_fence
    __c11_atomic_is_lock_free
    __builtin_memchr __builtin_strchr __builtin_strcmp __builtin_strncmp __builtin_strcpy __builtin_strncpy __builtin_stpcpy
    __builtin_stpncpy __builtin_mempcpy __builtin_bzero __builtin_bcopy __builtin_bcmp __builtin_strrchr __builtin_strstr
    __builtin_strspn __builtin_strcspn __builtin_strpbrk __builtin_index __builtin_rindex __builtin_abort
    __builtin_alloca_with_align __builtin_extract_return_addr __builtin_is_aligned __builtin_align_up __builtin_align_down
    __builtin_clzg __builtin_ctzg __builtin_popcountg __builtin_clzs __builtin_ctzs __builtin_addcb __builtin_addcs __builtin_addc
    __builtin_addcl __builtin_addcll __builtin_subcb __builtin_subcs __builtin_subc __builtin_subcl __builtin_subcll
    __builtin_unpredictable __builtin_launder __builtin_debugtrap __builtin_verbose_trap __builtin_nondeterministic_value
    __builtin_inf __builtin_inff __builtin_infl __builtin_huge_val __builtin_huge_valf __builtin_huge_vall __builtin_nan
    __builtin_nanf __builtin_nanl __builtin_fabs __builtin_fabsf __builtin_fabsl memcpy memmove memset memcmp memchr strlen strcmp
    strncmp strchr strrchr strcpy strncpy stpcpy stpncpy strstr strspn strcspn strpbrk bzero bcmp bcopy mempcpy abs labs llabs""".split()
)
ATTRIBUTES = frozenset(
    """section always_inline noinline weak aligned packed preserve_access_index preserve_static_offset btf_decl_tag btf_type_tag
    unused used visibility naked noreturn cleanup may_alias address_space alias const pure malloc cold hot deprecated format
    format_arg gnu_inline nonnull returns_nonnull warn_unused_result mode transparent_union vector_size flatten fallthrough
    no_sanitize no_instrument_function noduplicate convergent optnone minsize assume_aligned alloc_size error warning
    nothrow leaf sentinel tls_model designated_init retain constructor destructor nomerge diagnose_if enable_if unavailable
    availability no_stack_protector disable_tail_calls not_tail_called musttail internal_linkage
    overloadable artificial common nocommon enum_extensibility flag_enum annotate noderef no_profile_instrument_function no_split_stack callback uninitialized
    align_value no_address_safety_analysis no_builtin noescape counted_by ext_vector_type type_visibility bpf_fastcall""".split()
) - {"bpf_fastcall", "designated_init", "hidden"}  # fmt: skip
C_ATTRIBUTES = {
    "deprecated": "201904L", "fallthrough": "201910L", "maybe_unused": "202106L", "nodiscard": "202003L", "noreturn": "202202L", "_Noreturn": "202202L",
    "unsequenced": "0", "reproducible": "0",
}  # fmt: skip
FEATURES = frozenset(
    """attribute_deprecated_with_message attribute_unavailable_with_message enumerator_attributes attribute_overloadable
    c_alignas c_alignof c_atomic c_generic_selections c_static_assert attribute_analyzer_noreturn attribute_availability attribute_cf_consumed
    attribute_ext_vector_type attribute_unused_on_fields nullability nullability_on_arrays nullability_nullable_result assume_nonnull""".split()
)
EXTENSIONS = FEATURES | frozenset(
    "gnu_asm statement_attributes_with_gnu_syntax overloadable_unmarked gnu_asm_goto_with_outputs gnu_asm_goto_with_outputs_full cxx_binary_literals".split()
)
GNU_KEYWORDS = frozenset(
    """__attribute__ __attribute asm __asm __asm__ typeof __typeof __typeof__ __inline __inline__ __const __const__ __volatile
    __volatile__ __restrict __restrict__ __signed __signed__ __alignof __alignof__ __thread __auto_type __extension__ __label__
    __int128 _Bool _Complex _Noreturn _Thread_local _Static_assert _Atomic _Alignof _Alignas _Generic __func__ __FUNCTION__
    __PRETTY_FUNCTION__ __builtin_offsetof __builtin_choose_expr __builtin_types_compatible_p __builtin_va_arg _Float16 __real
    __imag __real__ __imag__ __null __nullptr _Nonnull _Nullable""".split()
)


def strip_underscores(name: str) -> str:
    """`__packed__` is `packed`."""
    return name[2:-2] if len(name) > 4 and name.startswith("__") and name.endswith("__") else name
