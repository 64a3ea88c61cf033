"""Code generation: selection on virtual registers, allocation, layout, bytes."""
