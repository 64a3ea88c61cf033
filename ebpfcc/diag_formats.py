"""Messages for programs: GCC's JSON (-fdiagnostics-format=json) and SARIF 2.1.0 (OASIS standard), as one document for a run of the command.

In: records (diag.py), source by source. Out: text. Notes are part of the message that they follow.
"""

from __future__ import annotations

import json
import os

from .diag import column, source_line, width
from .disk import working_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .diag import Record

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"fatal error": "error", "error": "error", "warning": "warning", "note": "note"}
UNQUOTED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")  # RFC 3986, 2.3, and the slash


def document(form: str, records: list[Record], version: str) -> str:
    """form: "json" or "sarif"."""
    groups = grouped(records)
    made: Any = [json_message(first, notes) for first, notes in groups] if form == "json" else sarif(groups, version)
    return json.dumps(made, ensure_ascii=False) + "\n"


def grouped(records: list[Record]) -> list[tuple[Record, list[Record]]]:
    """Each message with its notes."""
    groups: list[tuple[Record, list[Record]]] = []
    for r in records:
        if r.severity == "note" and groups:
            groups[-1][1].append(r)
        else:
            groups.append((r, []))
    return groups


def option_of(r: Record) -> str:
    """-Wname of [-Werror,-Wname]."""
    return (r.flag or "").rpartition(",")[2]


# -- GCC's JSON --------------------------------------------------------------------------------------------------------
def json_place(r: Record, further: int = 0) -> dict[str, Any]:
    size = len(source_line(r)[column(r) - 1 :][:further].encode("utf-8", "surrogateescape"))
    columns = {"byte-column": r.col + size, "display-column": column(r) + further, "column": column(r) + further}
    return {"file": r.file, "line": r.line, **columns}


def json_message(r: Record, notes: list[Record]) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": r.severity, "message": r.message, "column-origin": 1, "escape-source": False}
    if r.flag:
        made["option"] = option_of(r)
    made["locations"] = [{"caret": json_place(r)}] if r.file else []
    if r.file and r.fixit:
        made["fixits"] = [{"start": json_place(r), "next": json_place(r, width(r)), "string": r.fixit}]
    made["children"] = [json_message(note, []) for note in notes]
    return made


# -- SARIF -------------------------------------------------------------------------------------------------------------
def uri(path: str) -> str:
    """RFC 3986: a path relative to the working directory, or an absolute one."""
    quoted = "".join(chr(b) if b in UNQUOTED else f"%{b:02X}" for b in os.fsencode(path))
    return "file://" + quoted if path.startswith("/") else quoted


def artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path)} if path.startswith("/") else {"uri": uri(path), "uriBaseId": "PWD"}


def location(r: Record) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": r.line}
    if r.col > 0:
        region["startColumn"] = column(r)
    line = source_line(r)
    if line:
        region["snippet"] = {"text": line}
    return {"physicalLocation": {"artifactLocation": artifact(r.file), "region": region}}


def sarif_result(r: Record, notes: list[Record]) -> dict[str, Any]:
    made: dict[str, Any] = {"ruleId": option_of(r) or LEVELS[r.severity], "level": LEVELS[r.severity], "message": {"text": r.message}}
    if r.file and r.line > 0:
        made["locations"] = [location(r)]
        if r.fixit:
            end = column(r) + width(r)
            region = {"startLine": r.line, "startColumn": column(r), "endLine": r.line, "endColumn": end}
            change = {"artifactLocation": artifact(r.file), "replacements": [{"deletedRegion": region, "insertedContent": {"text": r.fixit}}]}
            made["fixes"] = [{"artifactChanges": [change]}]
    related = [{**(location(n) if n.file and n.line > 0 else {}), "message": {"text": n.message}} for n in notes]
    if related:
        made["relatedLocations"] = related
    return made


def sarif(groups: list[tuple[Record, list[Record]]], version: str) -> dict[str, Any]:
    results = [sarif_result(r, notes) for r, notes in groups]
    rules = list(dict.fromkeys(result["ruleId"] for result in results))
    for result in results:
        result["ruleIndex"] = rules.index(result["ruleId"])
    failed = any(LEVELS[r.severity] == "error" for r, _ in groups)
    run = {
        "tool": {"driver": {"name": "ebpfcc", "version": version, "rules": [{"id": rule} for rule in rules]}},
        "invocations": [{"executionSuccessful": not failed}],
        "originalUriBaseIds": {"PWD": {"uri": uri(working_directory().rstrip("/") + "/")}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
