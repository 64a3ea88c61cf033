"""The object file: ELF, BTF, .BTF.ext."""
