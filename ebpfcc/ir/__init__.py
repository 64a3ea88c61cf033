"""SSA with block parameters: values, blocks, text form in and out, verifier, dominators, loops, interpreter."""
