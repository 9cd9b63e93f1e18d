"""What the documentation shows is true: its code runs, its output is what comes out, its commands and options exist."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import shlex
from pathlib import Path

import click
import pytest
from documentation import ROOT, Block, blocks, name_of, pages
from opencl_drivers import place_or_skip

PROGRAM = "program.py"


def with_python(page: Path) -> bool:
    return any(block.language == "python" for block in blocks(page))


@pytest.mark.parametrize("page", [page for page in pages() if with_python(page)], ids=name_of)
def test_every_python_block_runs_and_prints_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any("mpc.device" in block.text for block in blocks(page) if block.language == "python"):
        place_or_skip()
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(page):
        if block.language == "python":
            printed = run(page, block, namespace)
            if block.output is not None:
                assert printed.rstrip() == block.output.rstrip(), f"{name_of(page)}:{block.line}"


def run(page: Path, block: Block, namespace: dict[str, object]) -> str:
    """What a block prints. Its lines are counted, and can be looked up, as if it were a program of its own."""
    printed = io.StringIO()
    linecache.cache[PROGRAM] = len(block.text), None, block.text.splitlines(keepends=True), PROGRAM
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(block.text, PROGRAM, "exec", dont_inherit=True), namespace)
        except Exception as error:
            raise AssertionError(f"the block at {name_of(page)}:{block.line} fails: {error}") from error
    return printed.getvalue()


def commands() -> list[tuple[str, str]]:
    """Every line of a console block that calls `parley`, with the place where it stands."""
    found = []
    for page in pages():
        for block in blocks(page):
            if block.language == "console":
                joined = block.text.replace("\\\n", " ")
                for line in joined.splitlines():
                    if match := re.match(r"^(?:\S+)?\$ (?:parley|python -m party_runner) (.*)$", line):
                        found.append((f"{name_of(page)}:{block.line}", match[1]))
    return found


@pytest.mark.parametrize(("place", "command"), commands(), ids=lambda value: value[:60])
def test_every_parley_command_has_the_options_and_arguments_that_the_page_gives(place: str, command: str) -> None:
    from party_runner.cli import main

    words = shlex.split(command, comments=True)
    try:
        parse(main, words)
    except click.ClickException as error:
        pytest.fail(f"{place}: parley {command}: {error.format_message()}")


def parse(command: click.Command, words: list[str]) -> None:
    """Parse as click does, without running anything."""
    if {"--help", "-h", "--version"} & set(words):
        return
    ctx = command.make_context(command.name, list(words), resilient_parsing=False)
    if isinstance(command, click.Group):
        name, subcommand, rest = command.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
        assert subcommand is not None, name
        parse(subcommand, rest)


def options(command: click.Command) -> set[str]:
    """The longest name of every option of a command and of its subcommands that is not hidden."""
    own = {max(o.opts, key=len) for o in command.params if isinstance(o, click.Option) and not o.hidden}
    return own.union(*(options(subcommand) for subcommand in below(command)))


def below(command: click.Command) -> list[click.Command]:
    """The commands of a group."""
    if not isinstance(command, click.Group):
        return []
    ctx = click.Context(command)
    found = [command.get_command(ctx, name) for name in command.list_commands(ctx)]
    return [each for each in found if each is not None]


def test_every_option_is_explained() -> None:
    from party_runner.cli import main

    page = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    unexplained = {option for option in options(main) if not re.search(rf"`{option}[` ]", page)}
    assert unexplained <= {"--version"}


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 10
