"""What a program imports from its own folder is digested, and nothing else of that folder is ever run."""

from __future__ import annotations

import hashlib
import importlib
import os
import py_compile
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from mpc.errors import LocalError
from party_runner.agreed import Agreed
from party_runner.failures import failure_of
from party_runner.local_modules import LocalModules
from party_runner.program import load_program, source_digest

MAIN = "async def main(ctx, mine):\n    {}\n"
STUDY = "import helper\n" + MAIN.format("return helper.FACTOR")


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    """Other tests of this process import as ever."""
    yield
    LocalModules(Path(__file__), b"").install()
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, LocalModules)]


def write(folder: Path, **files: str) -> Path:
    """Files by name, `_in_` behind a folder, `INIT` for a package's own; the program's path."""
    for name, text in files.items():
        path = folder.joinpath(*name.split("_in_")).with_suffix(".py")
        path = path.with_stem("__init__") if path.stem == "INIT" else path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "study.py"


def result_of(path: Path, *digested: Path) -> Any:
    return trio.run(load_program(path, Agreed(digested=digested)).main, None, None)


def digests(path: Path, *digested: Path) -> str:
    """The digest, which is the same whether the program is executed or not."""
    digest = load_program(path, Agreed(digested=digested)).digest
    assert source_digest(path, Agreed(digested=digested)) == digest
    return digest


def test_a_program_alone_has_the_digest_of_its_text(tmp_path: Path) -> None:
    text = "import json, os.path\nimport numpy as np\n" + MAIN.format("return 1")
    write(tmp_path, study=text, unused="FACTOR = 1\n")
    assert digests(tmp_path / "study.py") == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("study", "changed"),
    [
        ("import helper\n", "helper"),
        ("from helper import FACTOR\n", "helper"),
        ("import helper as h\n", "helper"),
        ("if True:\n    import helper\n", "helper"),
        ("try:\n    import helper\nexcept ImportError:\n    pass\n", "helper"),
        ("class A:\n    import helper\n", "helper"),
        ("import middle\n", "helper"),
        ("import package.inner\n", "package_in_INIT"),
        ("import package.inner\n", "package_in_inner"),
        ("from package import inner\n", "package_in_inner"),
        ("from package import inner\n", "package_in_other"),
        ("import bare.inner\n", "bare_in_inner"),
        ("from bare.inner import X\n", "bare_in_inner"),
    ],
)
def test_what_it_imports_belongs_to_the_digest(tmp_path: Path, study: str, changed: str) -> None:
    files = {
        "study": study + MAIN.format("return 1"),
        "helper": "FACTOR = 1\n",
        "middle": "import helper\n",
        "package_in_INIT": "",
        "package_in_inner": "from . import other\nfrom .other import Y\nX = 1\n",
        "package_in_other": "Y = 1\n",
        "bare_in_inner": "X = 1\n",
    }
    before = digests(write(tmp_path / "a", **files))
    assert before == digests(write(tmp_path / "b", **files))
    assert before != digests(write(tmp_path / "c", **files | {changed: files[changed] + "# changed\n"}))


def test_a_module_is_known_by_its_name(tmp_path: Path) -> None:
    one = write(tmp_path / "a", study="import x, y\n" + MAIN.format("pass"), x="A = 1\n", y="A = 2\n")
    other = write(tmp_path / "b", study="import x, y\n" + MAIN.format("pass"), x="A = 2\n", y="A = 1\n")
    assert digests(one) != digests(other)


def test_what_is_imported_by_other_means_is_digested_too(tmp_path: Path) -> None:
    text = "import importlib\nhelper = importlib.import_module('hel' + 'per')\n" + MAIN.format("return helper.FACTOR")
    one = write(tmp_path / "a", study=text, helper="FACTOR = 1\n")
    other = write(tmp_path / "b", study=text, helper="FACTOR = 2\n")
    assert load_program(one).digest != load_program(other).digest
    helper = tmp_path / "a" / "helper.py"
    assert digests(one, helper) == load_program(one).digest


def test_the_text_that_runs_is_the_one_that_was_digested(tmp_path: Path) -> None:
    """Neither one that was compiled earlier nor one that is written meanwhile."""
    study = write(tmp_path, study="import helper\nHERE = helper.__file__\n" + MAIN.format("return helper.FACTOR, HERE"))
    (tmp_path / "helper.py").write_text("FACTOR = 1\n")
    py_compile.compile(str(tmp_path / "helper.py"), doraise=True)
    stat = (tmp_path / "helper.py").stat()
    (tmp_path / "helper.py").write_text("FACTOR = 2\n")
    os.utime(tmp_path / "helper.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert result_of(study) == (2, str(tmp_path / "helper.py"))
    late = write(tmp_path, study=MAIN.format("import helper; return helper.FACTOR"))
    program = load_program(late, Agreed(digested=(tmp_path / "helper.py",)))
    (tmp_path / "helper.py").write_text("FACTOR = 3\n")
    assert trio.run(program.main, None, None) == 2


def test_another_program_has_modules_of_its_own(tmp_path: Path) -> None:
    one = write(tmp_path / "a", study=STUDY, helper="FACTOR = 1\n")
    other = write(tmp_path / "b", study=STUDY, helper="FACTOR = 2\n")
    assert [result_of(one), result_of(other)] == [1, 2]


@pytest.mark.parametrize("late", ["import helper", "from helper import FACTOR", "import package.inner"])
def test_a_late_import_is_refused_with_its_line(tmp_path: Path, late: str) -> None:
    study = write(
        tmp_path, study="import package\n" + MAIN.format(late), helper="", package_in_INIT="", package_in_inner=""
    )
    program = load_program(study)
    with pytest.raises(LocalError, match="undigested-import") as caught:
        trio.run(program.main, None, None)
    assert caught.value.line == "study.py:3"
    assert "at the top" in caught.value.remedy
    assert "--digest" in caught.value.remedy


def test_what_was_digested_or_is_installed_may_be_imported_late(tmp_path: Path) -> None:
    body = "import helper, package.inner; import wsgiref.util; return helper.FACTOR"
    study = write(tmp_path, study=MAIN.format(body), helper="FACTOR = 5\n", package_in_INIT="", package_in_inner="")
    assert result_of(study, tmp_path / "helper.py", tmp_path / "package") == 5


def test_a_package_without_a_file_within_another_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is called from the folder above: nothing of it was imported before."""
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "from outer_of_study.inner import helper\n" + MAIN.format("return helper.FACTOR")
    folder = tmp_path / "outer_of_study" / "inner"
    one, other = (digests(write(folder, study=text, helper=f"FACTOR = {factor}\n")) for factor in (2, 3))
    assert one != other
    assert result_of(folder / "study.py") == 3


def test_further_files_are_compared(tmp_path: Path) -> None:
    study = write(tmp_path / "a", study=MAIN.format("return 1"), models_in_tree="X = 1\n")
    elsewhere = tmp_path / "data" / "table.bin"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"\x00\xff")
    models = tmp_path / "a" / "models"
    alone, more, all_of_it = digests(study), digests(study, models), digests(study, models, elsewhere)
    assert len({alone, more, all_of_it}) == 3
    assert digests(study, elsewhere, models) == all_of_it
    elsewhere.write_bytes(b"\x00\xfe")
    assert digests(study, models, elsewhere) != all_of_it
    with pytest.raises(LocalError, match="digest-missing"):
        digests(study, tmp_path / "none")


def test_environments_are_not_the_programs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do they belong to the digest, though they lie in its folder."""
    text = "import from_environment, from_conda\n" + MAIN.format("return 1")
    study = write(tmp_path, study=text, env_in_lib_in_from_environment="", conda_in_lib_in_from_conda="")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / "conda" / "conda-meta").mkdir()
    for folder in (tmp_path / "env" / "lib", tmp_path / "conda" / "lib"):
        monkeypatch.syspath_prepend(str(folder))
    assert digests(study) == hashlib.sha256(text.encode()).hexdigest()


ELSEWHERE = {
    "a path from its file": "import importlib.util as u\ns = u.spec_from_file_location('helper', {helper!r})\n"
    "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nFACTOR = m.FACTOR",
    "runpy": "import runpy\nFACTOR = runpy.run_path({helper!r})['FACTOR']",
    "a folder of sys.path": "import sys\nsys.path.insert(0, {folder!r})\nimport helper\nFACTOR = helper.FACTOR",
    "exec of a text": "names = {{}}\nexec(open({helper!r}).read(), names)\nFACTOR = names['FACTOR']",
    "exec of what pathlib reads": "import pathlib\nnames = {{}}\nexec(pathlib.Path({helper!r}).read_text(), names)\n"
    "FACTOR = names['FACTOR']",
    "compile": "names = {{}}\nexec(compile(open({helper!r}).read(), {helper!r}, 'exec'), names)\n"
    "FACTOR = names['FACTOR']",
    "SourceFileLoader": "from importlib.machinery import SourceFileLoader as S\n"
    "FACTOR = S('helper', {helper!r}).load_module().FACTOR",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("place", ["lib", "a/below", "a/site-packages"])
@pytest.mark.parametrize("way", ELSEWHERE.values(), ids=ELSEWHERE.keys())
class TestWhatIsExecutedElsewhere:
    """However a program comes to other code than its own file's, that code belongs to the digest, or is refused."""

    @pytest.fixture(autouse=True)
    def path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def study(self, folder: Path, place: str, way: str, factor: int, *, late: bool) -> Path:
        helper = folder / place / "helper.py"
        helper.parent.mkdir(parents=True)
        helper.write_text(f"FACTOR = {factor}\n")
        lines = way.format(helper=str(helper), folder=str(helper.parent))
        body = lines.replace("\n", "\n    ") + "\n    return FACTOR"
        return write(folder / "a", study=MAIN.format(body) if late else f"{lines}\n" + MAIN.format("return FACTOR"))

    def test_it_belongs_to_the_digest(self, tmp_path: Path, place: str, way: str) -> None:
        way = way.replace("{helper!r}", "HELPER").replace("{folder!r}", "FOLDER")
        told = f"import os\nHELPER = os.environ['HELPER']\nFOLDER = HELPER[:-10]\n{way}"
        digests = []
        for name, factor in (("one", 1), ("same", 1), ("other", 2)):
            study = self.study(tmp_path / name, place, told, factor, late=False)
            os.environ["HELPER"] = str(tmp_path / name / place / "helper.py")
            program = load_program(study)
            assert trio.run(program.main, None, None) == factor
            digests.append(program.digest)
            sys.modules.pop("helper", None)
        assert digests[0] == digests[1] != digests[2]

    def test_it_is_refused_once_the_program_runs(self, tmp_path: Path, place: str, way: str) -> None:
        program = load_program(self.study(tmp_path, place, way, 1, late=True))
        with pytest.raises(LocalError, match="undigested-import") as caught:
            trio.run(program.main, None, None)
        assert caught.value.line is not None
        assert caught.value.line.startswith("study.py:")

    def test_it_may_run_late_where_it_was_named(self, tmp_path: Path, place: str, way: str) -> None:
        study = self.study(tmp_path, place, way, 7, late=True)
        assert result_of(study, tmp_path / place / "helper.py") == 7
        sys.modules.pop("helper", None)


def test_what_was_compiled_of_another_text_is_not_executed(tmp_path: Path) -> None:
    """A loader of Python's own takes a compiled file whose source has the time and length that it remembers."""
    helper = tmp_path / "lib" / "helper.py"
    write(tmp_path, lib_in_helper="FACTOR = 1\n")
    py_compile.compile(str(helper), doraise=True)
    stat = helper.stat()
    helper.write_text("FACTOR = 2\n")
    os.utime(helper, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    lines = ELSEWHERE["a path from its file"].format(helper=str(helper))
    with pytest.raises(LocalError, match="undigested-import"):
        load_program(write(tmp_path / "a", study=f"{lines}\n" + MAIN.format("return FACTOR")))


def test_a_named_file_counts_once_however_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a dealer, who executes nothing, has the parties' digest."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    write(tmp_path, lib_in_helper="FACTOR = 3\n")
    lines = ELSEWHERE["a folder of sys.path"].format(folder=str(tmp_path / "lib"))
    study = write(tmp_path / "a", study=f"{lines}\n" + MAIN.format("return FACTOR"))
    for named in (tmp_path / "lib" / "helper.py", tmp_path / "lib"):
        digests(study, named)


def test_what_is_loaded_after_the_program_has_ended_is_nobodys_matter(tmp_path: Path) -> None:
    result_of(write(tmp_path / "a", study=MAIN.format("return 1")))
    write(tmp_path, lib_in_helper="FACTOR = 3\n")
    assert runpy.run_path(str(tmp_path / "lib" / "helper.py"))["FACTOR"] == 3


def test_what_python_finds_in_the_folder_before_us_is_digested_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write(tmp_path, study=STUDY, helper="FACTOR = 1\n")
    alone = digests(study)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert digests(study) == alone


def test_a_link_into_another_folder_is_digested(tmp_path: Path) -> None:
    study = write(tmp_path / "a", study=STUDY)
    write(tmp_path / "shared", helper="FACTOR = 1\n")
    (tmp_path / "a" / "helper.py").symlink_to(tmp_path / "shared" / "helper.py")
    before = digests(study)
    write(tmp_path / "shared", helper="FACTOR = 2\n")
    assert digests(study) != before


def test_a_module_that_is_not_python_names_its_line(tmp_path: Path) -> None:
    study = write(tmp_path, study=STUDY, helper="x = 1\ndef (:\n")
    with pytest.raises(LocalError, match="program-syntax") as caught:
        load_program(study)
    assert caught.value.line == "helper.py:2"


def test_a_module_that_raises_is_shown_as_the_users(tmp_path: Path) -> None:
    study = write(tmp_path, study=STUDY, helper="\n1 / 0\n")
    with pytest.raises(ZeroDivisionError) as caught:
        load_program(study)
    assert 'helper.py", line 2' in failure_of(caught.value, study).text


def test_a_program_that_ends_the_process_while_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="program-exit") as caught:
        load_program(write(tmp_path, study="import sys\nsys.exit(3)\n"))
    assert caught.value.line == "study.py:2"


@pytest.mark.parametrize("name", ["protocols", "native"])
def test_a_package_with_the_name_of_one_of_ours_is_said(tmp_path: Path, name: str) -> None:
    study = write(tmp_path, **{"study": f"from {name} import mine\n" + MAIN.format("pass"), f"{name}_in_mine": ""})
    with pytest.raises(LocalError, match="shadowed-package") as caught:
        load_program(study)
    assert str(tmp_path / name) in caught.value.remedy


def test_a_folder_of_data_with_such_a_name_does_no_harm(tmp_path: Path) -> None:
    study = write(tmp_path, study="import native, mpc\n" + MAIN.format("return native.__file__"))
    (tmp_path / "native").mkdir()
    (tmp_path / "native" / "table.csv").write_text("1\n")
    assert not result_of(study).startswith(str(tmp_path))


@pytest.mark.parametrize("name", ["protocols", "native"])
def test_a_script_beside_such_a_package_says_what_is_wrong(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{"study": "import mpc\n", f"{name}_in_INIT": ""})
    done = subprocess.run([sys.executable, "study.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    expected = f"{tmp_path / name / '__init__.py'} takes the place of Parley's own package `{name}`"
    assert expected in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["mpc", "protocols"])
def test_the_command_beside_such_a_package_says_so_too(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{f"{name}_in_INIT": ""})
    command = [sys.executable, "-m", "party_runner", "keys", "new", "north"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"takes the place of Parley's own package `{name}`" in done.stderr
    assert "Traceback" not in done.stderr
