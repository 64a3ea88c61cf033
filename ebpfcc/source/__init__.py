"""From file text to the tokens that the parser reads: files, lexing, preprocessing, the index of header declarations."""
