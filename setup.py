"""Builds the C extension, its files side by side; everything else about the package stands in pyproject.toml."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class SideBySide(build_ext):
    """Compiles the files of an extension on all cores; setuptools takes them one after the other.

    Object files are kept in build/objects, where tests link what was installed into other programs.
    """

    def finalize_options(self) -> None:
        super().finalize_options()
        self.build_temp = "build/objects"

    def build_extension(self, ext: Extension) -> None:
        compile_files = self.compiler.compile

        def compile_side_by_side(sources: Sequence[str], *args: Any, **options: Any) -> list[str]:
            with ThreadPoolExecutor() as pool:
                return list(chain(*pool.map(lambda source: compile_files([source], *args, **options), sources)))

        self.compiler.compile = compile_side_by_side
        super().build_extension(ext)


setup(cffi_modules=["native/build_native.py:ffibuilder"], cmdclass={"build_ext": SideBySide})
