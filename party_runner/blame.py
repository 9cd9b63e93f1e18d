"""What is said of a local run that failed: whose failure explains the others', and its words once."""

from __future__ import annotations

from collections.abc import Sequence

from party_runner.children import CONSEQUENCES, Child


def blame(first: Child, others: Sequence[Child]) -> str:
    """Who failed, its own words once, and how the others ended."""
    lines = [f"the run failed: {first.describe()}"]
    if first.text:
        lines += _indented(first.text, 2)
    elif first.tail:
        lines += ["  the last lines it printed:", *_indented("\n".join(first.tail), 4)]
    alike = [child for child in others if not child.ended_by_us and child.text and child.text == first.text]
    if alike:
        lines.append(f"  {_enumerated(sorted(child.name for child in alike))} ended in the same way")
    for child in others:
        if child not in alike:
            lines += _afterwards(child)
    return "\n".join(lines)


def _afterwards(child: Child) -> list[str]:
    """How one ended that is not the first to blame: what it was told by peers in a line, else in its own words."""
    if child.ended_by_us:
        return [f"  then was ended: {child.name}"]
    line = f"  then {child.describe()}"
    if child.code in CONSEQUENCES:
        said = child.text.partition("\n")[0].removeprefix("error: ").removesuffix(f"  [{child.code}]")
        return [f"{line}: {said}"]
    return [line, *_indented(child.text, 4)] if child.text else [line]


def _indented(text: str, by: int) -> list[str]:
    """The lines of a text, each `by` spaces further in."""
    return [" " * by + line for line in text.split("\n")]


def _enumerated(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
