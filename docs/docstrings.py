"""Docstrings as Markdown: shares are written [x] and <x>, which Markdown would take for links and tags."""

from __future__ import annotations

import re
from typing import Any

import griffe

LITERAL = re.compile(r"(`[^`]*`|^ {4}.*$)", re.MULTILINE)


class Shares(griffe.Extension):
    """Escapes what is not meant as Markdown, outside code."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Called once for every module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = escaped(obj.docstring.value)


def escaped(text: str) -> str:
    """The text with `<`, and brackets that follow brackets, as themselves."""
    parts = LITERAL.split(text)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"\](\s*)\[", r"]\1\\[", parts[i].replace("<", "&lt;"))
    return "".join(parts)
