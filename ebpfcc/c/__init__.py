"""GNU C: parser (a subclass of pycparser's), types and layout, expressions, statements, declarations, builtins -> IR."""
