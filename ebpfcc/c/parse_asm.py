"""asm statements and declarations of GNU C."""

from __future__ import annotations

from .nodes import Asm, String
from .parse_expr import ExpressionParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AsmParser(ExpressionParser):
    # BNF: asm : 'asm' ('volatile' | 'goto' | 'inline')* '(' string (':' operands (':' operands (':' clobbers (':' labels)?)?)?)? ')'
    def _parse_asm(self) -> Asm:
        tok = self._advance()
        volatile = False
        while self._peek_type() in ("VOLATILE", "GOTO", "INLINE"):
            volatile |= self._advance().type != "INLINE"
        self._expect("LPAREN")
        template = self._parse_strings()
        outputs: list[Any] = []
        inputs: list[Any] = []
        clobbers: list[str] = []
        labels: list[str] = []
        extended = self._peek_type() in ("COLON", "COLONCOLON")
        double = False
        for section in range(4):
            if double:  # the second half of `::`
                double = False
            elif self._accept("COLONCOLON"):
                double = True
                continue
            elif not self._accept("COLON"):
                break
            kind = self._peek_type()
            if section < 2 and kind not in ("COLON", "COLONCOLON", "RPAREN"):
                self._parse_asm_operands(outputs if section == 0 else inputs)
            elif section == 2:
                while self._peek_type() == "STRING_LITERAL":
                    clobbers.append(self._parse_strings())
                    self._accept("COMMA")
            elif section == 3:
                while self._peek_type() in ("ID", "TYPEID"):
                    labels.append(self._advance().value)
                    self._accept("COMMA")
        self._expect("RPAREN")
        asm = Asm(template, outputs, inputs, clobbers, labels, volatile or not outputs, tok)
        if not extended:
            asm.clobbers.append(" basic")
        return asm

    def _parse_strings(self) -> str:
        from .literals import string_bytes

        if self._peek_type() != "STRING_LITERAL":
            self._expect("STRING_LITERAL")
        node = self._parse_primary_expression()
        assert isinstance(node, String)
        return string_bytes(node.parts)[0][:-1].decode("utf-8", "surrogateescape")

    def _parse_asm_operands(self, out: list[Any]) -> None:
        while True:
            name = ""
            if self._accept("LBRACKET"):
                name = self._advance().value
                self._expect("RBRACKET")
            constraint = self._parse_strings()
            self._expect("LPAREN")
            expr = self._parse_expression()
            self._expect("RPAREN")
            if "m" in constraint or "o" in constraint:
                self.note_address(expr)
            out.append((name, constraint, expr))
            if not self._accept("COMMA"):
                return
