"""The modules that are a program's own: which texts of them a run may use, and that it uses no others.

What the program imports while it is loaded, and what it says it imports at the top of a file, is digested: the parties
compare it. A loader of ours compiles the very bytes that were digested. Once the program is loaded, a module that was
not digested is refused. Virtual environments and installed packages are not the program's own, wherever they lie; all
else is, in its folder and outside. What is executed without an import is watched in `party_runner.executed`.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import resolve_name, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from mpc.errors import LocalError
from party_runner.executed import watching
from party_runner.users_files import OURS, PACKAGES, is_in, is_users
from protocols.array.lines import user_line


def program_digest(source: bytes) -> str:
    """The digest of a program that stands alone: SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(source).hexdigest()


class LocalModules:
    """The texts beside a program that a run may import, found by Python's import in the place of all other finders.

    Installed modules come first: what lies beside a program hides nothing.
    """

    def __init__(self, program: Path, source: bytes) -> None:
        """The modules that `program`, whose text is `source`, imports at the top, and those that these import."""
        self.folder = program.resolve().parent
        self._program = program.resolve()
        self._source = source
        self._texts: dict[str, bytes] = {}
        self._keys: dict[Path, str] = {}
        self._made: list[CodeType] = []
        self._others: set[tuple[str, str]] = set()
        self._sealed, self._watched = False, 0
        self._follow(program, source, "")

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal: of the program's text where it stands alone, else of all texts and their places."""
        if not self._texts and not self._others:
            return program_digest(self._source)
        parts = self._others | {(name, program_digest(text)) for name, text in self._texts.items()}
        return program_digest(json.dumps([program_digest(self._source), *sorted(parts)]).encode())

    def add(self, path: Path) -> None:
        """Digest a file too, or all files of a folder. LocalError `digest-missing`."""
        if not path.exists():
            remedy = "Check the path given with --digest."
            raise LocalError("digest-missing", f"there is no file or folder {path}", remedy)
        place = path.resolve()
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if not file.is_file() or "__pycache__" in file.parts or file == self._program:
                continue
            base = self.folder if place.is_relative_to(self.folder) else place.parent
            if file.suffix == ".py" and is_users(file, self.folder):
                self._digested(file, file.relative_to(base).as_posix())
            else:
                self._others.add((file.relative_to(base).as_posix(), hashlib.sha256(_read(file)).hexdigest()))

    def install(self) -> None:
        """Let imports of this process pass here, and forget modules of another program."""
        before = [finder for finder in sys.meta_path if isinstance(finder, LocalModules)]
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in before]
        for name, module in list(sys.modules.items()):
            places = [
                Path(place) for place in getattr(module, "__path__", ()) if getattr(module, "__file__", "") is None
            ]
            of_folder = any(is_in(place, finder.folder) for place in places for finder in before)
            if of_folder or isinstance(getattr(module, "__loader__", None), _Loader):
                del sys.modules[name]
        sys.meta_path.insert(0, self)

    def seal(self) -> None:
        """From here on nothing is imported that was not digested."""
        self._sealed = True

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the program is loaded, or runs: what it executes by other means, and of other folders, counts too."""
        self._watched += 1
        try:
            with watching(self):
                yield
        finally:
            self._watched -= 1

    def compiled(self, path: Path, source: bytes) -> CodeType:
        """A digested text as code, which may be executed. LocalError `program-syntax`."""
        code = compile(parsed(path, source), str(path), "exec", dont_inherit=True)
        self._made.append(code)
        return code

    def executed(self, code: CodeType) -> None:
        """The code of a file is about to be executed. LocalError `undigested-import`, also where it is that of another
        text, compiled earlier."""
        path = Path(code.co_filename)
        if any(code is made for made in self._made) or not path.is_file() or not is_users(path, self.folder):
            return
        text = self._text(path, path.name)
        if compile(text, code.co_filename, "exec", dont_inherit=True) != code:
            raise _undigested(path.name, path)

    def read(self, path: Path) -> None:
        """The program reads a file of code, to execute it as one supposes. LocalError `undigested-import`."""
        if path.is_file() and is_users(path, self.folder) and path.resolve() != self._program:
            self._text(path, path.name)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python asks every finder: where a module is. LocalError `undigested-import`, `program-syntax`."""
        spec = self._found(name, path)
        if spec is None or not self._is_local(spec):
            return spec
        origin = str(spec.origin)
        text = self._text(Path(origin), name)
        if not isinstance(spec.loader, SourceFileLoader):
            return spec
        loader = _Loader(name, origin, text, self)
        return spec_from_file_location(
            name, origin, loader=loader, submodule_search_locations=spec.submodule_search_locations
        )

    def _found(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        for finder in sys.meta_path:
            spec = None if isinstance(finder, LocalModules) else finder.find_spec(name, path)
            if spec is not None:
                return spec
        return PathFinder.find_spec(name, [str(self.folder)]) if path is None else None

    def _is_local(self, spec: ModuleSpec) -> bool:
        if not spec.has_location or spec.origin is None:
            return False
        path = Path(spec.origin)
        return (self._watched > 0 or is_in(path, self.folder)) and is_users(path, self.folder)

    def _text(self, path: Path, name: str) -> bytes:
        """The digested text of a module; while the program is being loaded, it is digested now."""
        if path.resolve() not in self._keys and self._sealed:
            raise _undigested(name, path)
        return self._digested(path, "/".join([*name.split(".")[:-1], path.name]))

    def _digested(self, path: Path, elsewhere: str) -> bytes:
        """The text of a file, read once, and known by its place in the program's folder, or the name `elsewhere`."""
        real, place = path.resolve(), Path(os.path.abspath(path))
        key = self._keys.get(real)
        if key is None:
            place = place if place.is_relative_to(self.folder) else real
            inside = place.is_relative_to(self.folder)
            key = self._keys[real] = place.relative_to(self.folder).as_posix() if inside else elsewhere
            self._texts[key] = _read(path)
        return self._texts[key]

    def _follow(self, path: Path, source: bytes, package: str) -> None:
        """Digest what a file says that it imports when it is loaded, and follow it there."""
        for name in _imports(parsed(path, source), package):
            self._refuse_our_names(name.partition(".")[0], path)
            spec = self._spec_of(name)
            if spec is None or not self._is_local(spec) or Path(str(spec.origin)).resolve() == self._program:
                continue
            found = Path(str(spec.origin))
            known = found.resolve() in self._keys
            text = self._text(found, name)
            if not known and isinstance(spec.loader, SourceFileLoader):
                inside = spec.submodule_search_locations is not None
                self._follow(found, text, name if inside else name.rpartition(".")[0])

    def _spec_of(self, name: str) -> ModuleSpec | None:
        """Where a module is, by name alone: nothing is executed, so the packages around it must be local too."""
        spec, path = None, None
        parts = name.split(".")
        for depth in range(len(parts)):
            try:
                spec = self._found(".".join(parts[: depth + 1]), path)
            except KeyError:  # Python looks for the package around, which nobody has imported yet
                spec = _namespace(".".join(parts[: depth + 1]), path or ())
            if spec is None or (spec.has_location and not self._is_local(spec)):
                return spec if depth == len(parts) - 1 else None
            path = spec.submodule_search_locations
            if path is None and depth < len(parts) - 1:
                return None
        return spec

    def _refuse_our_names(self, name: str, importer: Path) -> None:
        beside = self.folder / name
        if name not in PACKAGES or beside in OURS:
            return
        if beside.with_suffix(".py").exists() or any(beside.glob("*.py")):
            raise LocalError(
                "shadowed-package",
                f"{importer} imports {name}, which is a package of Parley's and of the program's folder as well",
                f"rename {beside}",
            )


class _Loader(SourceFileLoader):
    """Loads a module from a text in memory; files beside it are found as ever."""

    def __init__(self, name: str, path: str, text: bytes, modules: LocalModules) -> None:
        super().__init__(name, path)
        self._text, self._modules = text, modules

    def get_code(self, fullname: str) -> CodeType:
        """The code of the very text that was digested; nothing compiled earlier is taken from a cache."""
        return self._modules.compiled(Path(self.path), self._text)


def _namespace(name: str, around: Sequence[str]) -> ModuleSpec:
    """A package without a file of its own, within such a one: folders of its name."""
    spec = ModuleSpec(name, None, is_package=True)
    folders = (Path(place) / name.rpartition(".")[2] for place in around)
    spec.submodule_search_locations = [str(folder) for folder in folders if folder.is_dir()]
    return spec


def parsed(path: Path, source: bytes) -> ast.Module:
    """The syntax tree of a text. LocalError `program-syntax`."""
    try:
        return ast.parse(source, str(path))
    except SyntaxError as error:
        remedy = "Correct the line; programs and their modules are plain Python files."
        line = f"{path.name}:{error.lineno or 1}"
        raise LocalError("program-syntax", f"{path} is not Python: {error.msg}", remedy, line=line) from None
    except ValueError as error:
        raise LocalError("program-syntax", f"{path} is not Python: {error}", "Name a Python source file.") from None


def _undigested(name: str, path: Path) -> LocalError:
    return LocalError(
        "undigested-import",
        f"the program imports or executes {name} when it has begun, and the parties have not compared {path}",
        f"import it at the top of the program, or name it at every party: --digest {path}",
        line=user_line(),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = f"{path} cannot be read: {error.strerror}"
        raise LocalError("program-unreadable", cause, "Check the permissions of the file.") from None


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """The whole names of the modules that a file imports when it is executed, each after the packages it lies in."""
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_packages(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            yield from _with_packages(base)
            yield from (f"{base}.{alias.name}" for alias in node.names if base and alias.name != "*")


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """What a file of `package` imports from; "" where the dots lead out of it, which Python refuses when it runs."""
    try:
        return resolve_name("." * node.level + (node.module or ""), package or None)
    except ImportError:
        return ""


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree outside its functions."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from _executed(node)


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: depth + 1]) for depth in range(len(parts)) if name)
