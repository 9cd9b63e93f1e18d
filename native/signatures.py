"""Writes `_kernels.pyi` from what cffi reads: a method for each entry that Python calls, with its parameters.

`python -m native.signatures` writes the file; a test holds it to the headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pycparser import c_ast, c_parser

from native.build_native import declarations

STUB = Path(__file__).with_name("_kernels.pyi")
WIDTH = 120

_INTEGERS = ("int", "unsigned", "size_t", "uint8_t", "int16_t", "uint64_t")
_TYPEDEFS = "typedef unsigned long size_t, uint64_t; typedef unsigned char uint8_t; typedef int int16_t, int32_t;\n"
_HEAD = '''"""Types of the module that cffi makes of the exports: written by native/signatures.py."""

class Pointer:
    """A pointer into an array that it keeps alive (cffi's CData). Arrays go in as `ffi.from_buffer(WORDS, array)`."""

    def __getitem__(self, place: int) -> int: ...

class _CType: ...

class _FFI:
    NULL: Pointer
    def typeof(self, declaration: str) -> _CType: ...
    def from_buffer(self, ctype: _CType, buffer: object) -> Pointer: ...
    def cast(self, ctype: _CType | str, value: int) -> Pointer: ...
    def buffer(self, pointer: Pointer, size: int) -> memoryview: ...
    def memmove(self, to: Pointer, source: bytes, length: int) -> None: ...
    def string(self, text: Pointer) -> bytes: ...

class Lib:
'''
_TAIL = """
ffi: _FFI
lib: Lib
"""


def stub() -> str:
    """The text of `_kernels.pyi`."""
    parsed = c_parser.CParser().parse(_TYPEDEFS + _without_comments(declarations()))
    shapes: dict[str, c_ast.FuncDecl] = {}
    lines = [line for node in parsed.ext for line in _lines(node, shapes)]
    return _HEAD + "\n".join(f"    {line}" for line in lines) + "\n" + _TAIL


def _lines(node: c_ast.Node, shapes: dict[str, c_ast.FuncDecl]) -> Iterator[str]:
    """What one declaration becomes. A typedef of a function is a shape, which later declarations name."""
    if isinstance(node, c_ast.Typedef):
        if isinstance(node.type, c_ast.FuncDecl):
            shapes[node.name] = node.type
    elif isinstance(node.type, c_ast.Enum):
        yield from (f"{constant.name}: int" for constant in node.type.values.enumerators)
    else:
        shape = node.type if isinstance(node.type, c_ast.FuncDecl) else shapes[node.type.type.names[0]]
        yield from _method(node.name, shape)


def _method(name: str, shape: c_ast.FuncDecl) -> Iterator[str]:
    """A method in as many lines as the formatter gives it."""
    parameters = ["self", *(f"{p.name}: {_python(p.type)}" for p in _parameters(shape))]
    result = f"-> {_python(shape.type)}: ..."
    joined = ", ".join(parameters)
    if len(f"    def {name}({joined}) {result}") <= WIDTH:
        yield f"def {name}({joined}) {result}"
    elif len(f"        {joined}") <= WIDTH:
        yield from (f"def {name}(", f"    {joined}", f") {result}")
    else:
        yield from (f"def {name}(", *(f"    {parameter}," for parameter in parameters), f") {result}")


def _parameters(shape: c_ast.FuncDecl) -> list[c_ast.Decl]:
    return [p for p in shape.args.params if p.name] if shape.args else []


def _python(type_: c_ast.Node) -> str:
    """The type in Python of a C type: pointers, whole numbers, nothing."""
    if isinstance(type_, c_ast.PtrDecl | c_ast.ArrayDecl):
        return "Pointer"
    word = type_.type.names[-1]
    if word == "void":
        return "None"
    if word not in _INTEGERS:
        raise ValueError(f"exports may not use the type {word}")
    return "int"


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


if __name__ == "__main__":
    STUB.write_text(stub())
