"""Calls of functions that always return the same constant: the call stays for its effects, its result is that constant.

The verifier does not carry a result over the call of a global function, so this is what it then knows. (LLVM's IPSCCP.)"""

from __future__ import annotations

from ..ir.core import Function, Module, Value, replace_values


def run(fn: Function, module: Module, final: set[str]) -> int:
    """final: the functions whose body is what it will be.  Preserves: the CFG.  Returns: results replaced."""
    new: dict[Value, Value] = {}
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "call" and insn.type != "void" and insn.aux.kind == "func" and insn.aux.target in final:
                value = constant_result(module.functions[insn.aux.target])
                if value is not None and value.type == insn.type:
                    new[insn] = fn.const(value.type, value.aux)
    replace_values(fn, new)
    return len(new)


def constant_result(callee: Function) -> Value | None:
    """The constant that each return of the function gives; None where another definition may take its place, and where assembly returns."""
    if callee.linkage == "weak" or "naked" in callee.attrs:
        return None
    result: Value | None = None
    for block in callee.blocks:
        last = block.insns[-1]
        if last.op == "ret" and last.args:
            value = last.args[0]
            if value.op != "const" or result is not None and value is not result:
                return None
            result = value
        if any(insn.op in ("asm", "asm_goto") and "exit" in insn.aux.template for insn in block.insns):
            return None
    return result
