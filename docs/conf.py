"""The site: `make docs`. The pages are Markdown that reads as files too; index.md lists them, and what it lists is the table of contents."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ebpfcc  # noqa: E402

project = "ebpfcc"
author = "the authors of ebpfcc"
version = release = ebpfcc.__version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "C to eBPF, in Python", "fixed_sidebar": True, "page_width": "66rem", "sidebar_width": "14rem"}
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_show_sourcelink = False
html_copy_source = False
html_title = f"ebpfcc {release}"
highlight_language = "none"


def setup(app: object) -> None:
    app.connect("source-read", read)  # type: ignore[attr-defined]


def read(app: object, page: str, source: list[str]) -> None:
    """What links to files of the repository outside this folder is only named; what index.md lists becomes the table of contents."""
    source[0] = re.sub(r"\[([^\]]+)\]\(\.\./[^)\s]+\)", r"\1", source[0])
    if page == "index":
        pages = re.findall(r"\]\(([\w-]+)\.md\)", source[0])
        source[0] += "\n```{toctree}\n:hidden:\n\n" + "\n".join(dict.fromkeys(pages)) + "\n```\n"
