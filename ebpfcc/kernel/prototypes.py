"""The functions of libbpf 1.0 and later that are called here, for ctypes."""

from __future__ import annotations

import ctypes

# p a pointer, s a string, i int, u __u32, q __u64, z size_t, b bool, v nothing
TYPES = {"p": ctypes.c_void_p, "s": ctypes.c_char_p, "i": ctypes.c_int, "u": ctypes.c_uint32, "q": ctypes.c_uint64,
         "z": ctypes.c_size_t, "b": ctypes.c_bool, "v": None}  # fmt: skip
PROTOTYPES = (  # name, result, parameters
    ("libbpf_set_print", "p", "p"),
    ("libbpf_num_possible_cpus", "i", ""),
    ("bpf_object__open_file", "p", "sp"),
    ("bpf_object__open_mem", "p", "szp"),
    ("bpf_object__load", "i", "p"),
    ("bpf_object__close", "v", "p"),
    ("bpf_object__next_program", "p", "pp"),
    ("bpf_object__next_map", "p", "pp"),
    ("bpf_object__find_map_by_name", "p", "ps"),
    ("bpf_program__name", "s", "p"),
    ("bpf_program__section_name", "s", "p"),
    ("bpf_program__fd", "i", "p"),
    ("bpf_program__autoload", "b", "p"),
    ("bpf_program__set_autoload", "i", "pb"),
    ("bpf_program__set_log_buf", "i", "psz"),
    ("bpf_program__set_log_level", "i", "pu"),
    ("bpf_program__attach", "p", "p"),
    ("bpf_program__attach_xdp", "p", "pi"),
    ("bpf_program__attach_cgroup", "p", "pi"),
    ("bpf_program__attach_netns", "p", "pi"),
    ("bpf_program__attach_kprobe", "p", "pbs"),
    ("bpf_program__attach_uprobe_opts", "p", "piszp"),
    ("bpf_program__attach_usdt", "p", "pisssp"),
    ("bpf_program__attach_tracepoint", "p", "pss"),
    ("bpf_program__attach_raw_tracepoint", "p", "ps"),
    ("bpf_program__attach_perf_event", "p", "pi"),
    ("bpf_program__attach_iter", "p", "pp"),
    ("bpf_link__fd", "i", "p"),
    ("bpf_link__destroy", "i", "p"),
    ("bpf_iter_create", "i", "i"),
    ("bpf_tc_hook_create", "i", "p"),
    ("bpf_tc_hook_destroy", "i", "p"),
    ("bpf_tc_attach", "i", "pp"),
    ("bpf_tc_detach", "i", "pp"),
    ("bpf_prog_test_run_opts", "i", "ip"),
    ("bpf_map__name", "s", "p"),
    ("bpf_map__type", "i", "p"),
    ("bpf_map__fd", "i", "p"),
    ("bpf_map__key_size", "u", "p"),
    ("bpf_map__value_size", "u", "p"),
    ("bpf_map__map_flags", "u", "p"),
    ("bpf_map__max_entries", "u", "p"),
    ("bpf_map__set_max_entries", "i", "pu"),
    ("bpf_map__set_pin_path", "i", "ps"),
    ("bpf_map__initial_value", "p", "pp"),
    ("bpf_map__attach_struct_ops", "p", "p"),
    ("bpf_map_create", "i", "isuuup"),
    ("bpf_map_update_elem", "i", "issq"),
    ("bpf_map_lookup_elem", "i", "isp"),
    ("bpf_map_delete_elem", "i", "is"),
    ("bpf_map_lookup_and_delete_elem", "i", "isp"),
    ("bpf_map_get_next_key", "i", "isp"),
    ("ring_buffer__new", "p", "ippp"),
    ("ring_buffer__poll", "i", "pi"),
    ("ring_buffer__epoll_fd", "i", "p"),
    ("ring_buffer__free", "v", "p"),
    ("perf_buffer__new", "p", "izpppp"),
    ("perf_buffer__poll", "i", "pi"),
    ("perf_buffer__epoll_fd", "i", "p"),
    ("perf_buffer__free", "v", "p"),
)


def declare(lib: ctypes.CDLL) -> None:
    """Raises AttributeError for a library that lacks one of them."""
    for name, result, parameters in PROTOTYPES:
        function = getattr(lib, name)
        function.restype = TYPES[result]
        function.argtypes = [TYPES[letter] for letter in parameters]
