"""Breaks kernels in ways that only an edge shows, and sees that their tests notice each.

Takes minutes, so it is no test. After a change of what the kernels' tests go through, run
`PYTHONPATH=.:tests python tests/native/broken_kernels.py`: it ends with 1 if a broken kernel passed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from native_builds import NATIVE, ROOT, compiled, run, sources

FLAGS = ("-O1", "-std=gnu11", "-fvisibility=hidden", "-fPIC", f"-I{sysconfig.get_paths()['include']}")


@dataclass(frozen=True)
class Fault:
    """A change of one file of a family, and the tests that must notice it."""

    what: str
    file: str
    right: str
    wrong: str
    tests: str

    @property
    def family(self) -> str:
        return self.file.split("/")[0]


FAULTS = [
    Fault("the last word of a tail that follows full registers is left out", "targets/avx2_elementwise.h",
          "for (; i < (n); i++)", "for (; i + (i > 512) < (n); i++)", "ring_kernels"),
    Fault("shifts by a whole half word lose it", "ring/portable.c", ">> s", ">> (s == 32 ? 31 : s)", "ring_kernels"),
    Fault("a panel of full width is taken for rows, whatever its layout", "matmul/blocks.h",
          "width == PANEL && y.column == 1", "width == PANEL", "matmul_kernels"),
    Fault("few rows of x with a column step are read as if they had none", "matmul/blocks.h",
          "x.words[(i0 + i) * x.row + (l + k) * x.column] : 0", "x.words[(i0 + i) * x.row + (l + k)] : 0",
          "matmul_kernels"),
    Fault("long vectors in steps are copied from their beginning", "matmul/blocks.h",
          "few.words[k * few.row + (l + m) * few.column]", "few.words[k * few.row + m * few.column]", "matmul_kernels"),
    Fault("later slices of the inner dimension replace the earlier", "matmul/blocks.h",
          "at_most(end - i, TILE), width,\n                         l > 0);",
          "at_most(end - i, TILE), width,\n                         l > DEPTH);", "matmul_kernels"),
    Fault("the last lines of weights are read where no rows of x are left", "weights/blocks.h",
          "l + k < inner ? x.words[i * x.row + (l + k) * x.column] : 0",
          "x.words[i * x.row + at_most(l + k, inner - 1) * x.column]",
          "weights_kernels"),
    Fault("a lower half that is negative takes nothing from the upper one", "weights/avx2.c",
          "_mm256_add_epi64(x, spread(1u << 31))", "x", "weights_kernels"),
    Fault("later pieces of a stream replace the earlier", "weights/entries.c",
          "rows, depth, here, l > 0);", "rows, depth, here, l > lines);", "weights_kernels"),
    Fault("what a choice adds has the sign of another bit", "pieces/polynomials.h",
          "minus(either(secret, mask), mask)", "minus(either(secret, mask), both(mask, c))", "pieces_kernels"),
    Fault("a thermometer begins a place early", "pieces/thermometers.h",
          "UINT64_MAX << (number & within & 63)", "UINT64_MAX << (number & within & 62)", "pieces_kernels"),
    Fault("odd powers of a mask are added", "pieces/polynomials.h",
          "k % 2 ? minus(sum, term) : plus(sum, term)", "k == 1 ? minus(sum, term) : plus(sum, term)",
          "pieces_kernels"),
    Fault("the last plane of an odd number of words is not stored", "bits/planes.h",
          "memcpy(p, &v, left * sizeof *p);", "memcpy(p, &v, (left & ~1u) * sizeof *p);", "bits_kernels"),
    Fault("bits above the count are unpacked from the next word", "bits/avx2.c",
          "for (; i < count; i++) out[i] = (words[i / 64] >> (i % 64)) & 1;",
          "for (; i < count; i++) out[i] = (words[i / 64] >> (i % 32)) & 1;", "bits_kernels"),
    Fault("the third block of a short stream repeats the first", "aes/streams.h",
          "spread_words(0, (uint64_t)b)", "spread_words(0, (uint64_t)(b & 1))", "aes"),
    Fault("part of a block at the end takes the counter of the beginning", "aes/entries.c",
          "high, low + blocks, 0, length % 16", "high, low, 0, length % 16", "aes"),
    Fault("a tweak's lanes count from the register before", "labels/fixed_key.h",
          "first + (uint64_t)(LANES * v)", "first + (uint64_t)(LANES * (v & 3))", "labels"),
    Fault("gates of the third register have the tweaks of the first", "labels/three_halves.h",
          "(first + (uint64_t)(LANES * r))", "(first + (uint64_t)(LANES * (r & 1)))", "three_halves_kernels"),
    Fault("the control bits of a short register are those of its first lane", "aes/blocks_avx512_ice.h",
          "p[i] = (uint8_t)(four >> 8 * i)", "p[i] = (uint8_t)four", "three_halves_kernels"),
    Fault("a carry out of the last fold is forgotten", "field/portable_words.h",
          "sum + (f->c & mask_where(sum < high))", "sum", "field"),
    Fault("sums of four columns lose the last when three are left", "wide/portable.c",
          "i < width; i++) put_element", "i < (width == 3 ? 2 : width); i++) put_element", "wide_kernels"),
]  # fmt: skip


class Workshop:
    """The objects of all sources, of which a broken family's are made anew."""

    def __init__(self, folder: Path) -> None:
        from native.build_native import ffibuilder

        self.folder = folder
        self.module = folder / "_kernels.c"
        ffibuilder.emit_c_code(str(self.module))
        self.objects = dict(zip(self.files(), compiled(folder / "objects", self.files(), FLAGS), strict=True))

    def files(self) -> list[Path]:
        return [*sources(), self.module]

    def broken(self, place: int, fault: Fault) -> Path:
        """What to put on the path to have `native` with the fault."""
        path = self.folder / f"{place}"
        tree, package = path / "source", path / "native"
        shutil.copytree(NATIVE, tree)
        text = (tree / fault.file).read_text()
        assert fault.right in text, f"{fault.file} has changed: give the fault its new words"
        (tree / fault.file).write_text(text.replace(fault.right, fault.wrong))
        package.mkdir()
        for file in (*NATIVE.glob("*.py"), NATIVE / "_kernels.pyi"):
            shutil.copy(file, package)
        touched = [file for file in self.objects if file.parent != self.folder and self.includes(file, fault)]
        anew = [tree / file.relative_to(NATIVE) for file in touched]
        made = dict(zip(touched, compiled(path / "objects", anew, (*FLAGS, f"-I{tree}")), strict=True))
        objects = [made.get(file, old) for file, old in self.objects.items()]
        run(["cc", "-shared", *objects, "-o", str(package / "_kernels.abi3.so")])
        return path

    def includes(self, file: Path, fault: Fault) -> bool:
        """Whether a source may depend on the broken file."""
        return file.relative_to(NATIVE).parent.name == fault.family or fault.file in file.read_text()


def noticed_by(path: Path, fault: Fault) -> str:
    """The first test that fails; empty if none does."""
    tests = ROOT / "tests" / "native" / f"test_{fault.tests}.py"
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", "--tb=no",
        "-o", f"pythonpath={path} {ROOT / 'tests'} {ROOT}", str(tests),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=path, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"the tests did not run: {done.stdout[-500:]}{done.stderr[-500:]}"
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].split("::")[1].split(" - ")[0] if failed else ""


def main() -> int:
    """Prints a row for each fault."""
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        for place, fault in enumerate(FAULTS):
            test = noticed_by(workshop.broken(place, fault), fault)
            passed += not test
            print(f"| `{fault.file}` | {fault.what} | {f'`{test}`' if test else 'NOT NOTICED'} |", flush=True)
    return int(passed > 0)


if __name__ == "__main__":
    sys.exit(main())
