"""How many arguments a builtin needs at least, where its own function does not count them."""

from __future__ import annotations

_AT_LEAST = {
    1: "__builtin_abs __builtin_labs __builtin_llabs __builtin_assume __builtin_assume_aligned __builtin_constant_p __builtin_expect abs labs llabs "
    "__builtin_expect_with_probability __builtin_preserve_access_index __builtin_strlen strlen __sync_lock_release __atomic_always_lock_free "
    "__atomic_is_lock_free __atomic_load __atomic_load_n __c11_atomic_load __builtin_bpf_load_byte __builtin_bpf_load_half __builtin_bpf_load_word "
    "__c11_atomic_is_lock_free __builtin_extract_return_addr __builtin_unpredictable __builtin_launder "
    "llvm.bpf.load.byte llvm.bpf.load.half llvm.bpf.load.word",
    2: "__builtin_btf_type_id __builtin_has_attribute __builtin_dynamic_object_size "
    "__builtin_object_size __builtin_preserve_enum_value __builtin_preserve_type_info __builtin_types_compatible_p __atomic_exchange_n __atomic_store "
    "__atomic_store_n __c11_atomic_exchange __c11_atomic_init __c11_atomic_store __sync_lock_test_and_set __sync_swap",
    3: "__builtin_choose_expr __atomic_exchange __atomic_compare_exchange __atomic_compare_exchange_n __c11_atomic_compare_exchange_strong "
    "__c11_atomic_compare_exchange_weak __sync_bool_compare_and_swap __sync_val_compare_and_swap",
}
LEAST = {name: count for count, names in _AT_LEAST.items() for name in names.split()}
for _op in ("add", "sub", "and", "or", "xor", "nand"):
    for _name in ("__sync_fetch_and_{}", "__sync_{}_and_fetch", "__atomic_fetch_{}", "__atomic_{}_fetch", "__c11_atomic_fetch_{}"):
        LEAST[_name.format(_op)] = 2

# Helper -> (the argument that is the format, the array of arguments or None, the first argument for the format).
PRINTERS: dict[str, tuple[int, int | None, int]] = {
    "bpf_trace_printk": (0, None, 2),
    "bpf_trace_vprintk": (0, 2, 0),
    "bpf_seq_printf": (1, 3, 0),
    "bpf_snprintf": (2, 3, 0),
    "bpf_stream_vprintk": (1, 2, 0),
    "bpf_stream_vprintk_impl": (1, 2, 0),
}
