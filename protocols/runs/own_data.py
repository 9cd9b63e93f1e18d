"""What a program gets wrong with `mine` at a party that brings no data, where it is None."""

from __future__ import annotations

import inspect
import re

from mpc.errors import LocalError
from mpc.simulation import Main
from protocols.array.lines import expression_at, is_program, user_frames


def without_data(main: Main, error: Exception, me: int) -> LocalError | None:
    """LocalError `no-own-data` if the program's `mine`, which is None, was taken for data; None for other errors.
    `me`: the party."""
    if isinstance(error, LocalError) or "NoneType" not in str(error):
        return None
    name, expression, frames = _name_of_data(main), _failing_expression(error), user_frames(error)
    if (
        not frames
        or not re.search(rf"\b{re.escape(name)}\b", expression)
        or frames[-1][0].f_locals.get(name) is not None
    ):
        return None
    return LocalError(
        "no-own-data",
        f"this party brings no data, so that `{name}` is None here, and the program computes with it: {expression}",
        f"give it its data if it has some (`parley run --input {me}=FILE`, `parley join --input FILE`); if not, every "
        "party runs this line all the same: "
        f"write `None if {name} is None else {expression}` where a secret comes in",
        line=frames[-1][1],
    )


def _name_of_data(main: Main) -> str:
    """What `main` calls its second parameter."""
    names = [*inspect.signature(main).parameters]
    return names[1] if len(names) > 1 else ""


def _failing_expression(error: Exception) -> str:
    """The text of the innermost expression of the user's that raised, of one line; "" where it is not known."""
    at, step = None, error.__traceback__
    while step is not None:
        at, step = step if is_program(step.tb_frame.f_code.co_filename) else at, step.tb_next
    return "" if at is None else expression_at(at.tb_frame.f_code, at.tb_lasti)
