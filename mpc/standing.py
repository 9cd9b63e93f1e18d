"""Standing material: made once in a session, the same at every call, gone with it.

A MAC key, a garbler's offset, the mask of a model's weights: what stands is not burned as it is used, which is all that
it differs in from what `take` hands out. So it has a rule of its own. It is never opened, and nothing that is opened or
sent may be masked by it alone: a second message under the same mask would give away the difference of the two. It
multiplies, or it selects; what masks is taken and burned. One thing may be sent under a mask that stands, once in a
session: a matrix of weights, which is then multiplied under that mask again and again (`protocols/weights`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

import trio

from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material
from mpc.errors import LocalError


@dataclass(frozen=True, slots=True)
class Standing:
    """Material of a kind that stands in a session under a name, which says what it is for. Public."""

    name: str
    kind: Correlation

    @property
    def owners(self) -> tuple[int, ...] | None:
        """Who knows a part of it whole; None if nobody does, since it is shared."""
        holders = {part.holder for part in self.kind.parts() if part.sharing == "clear" and part.holder is not None}
        return tuple(sorted(holders)) or None

    @property
    def address(self) -> tuple[int, ...]:
        """Where a supply makes it: the name as numbers, whichever call asks first."""
        digest = sha256(self.name.encode()).digest()
        return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, len(digest), 4))


class StandingMaterial:
    """What stands in one party's session."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Correlation, Material]] = {}
        self._making: dict[str, trio.Lock] = {}
        self._gone: set[str] = set()

    def __repr__(self) -> str:
        return f"<StandingMaterial: {', '.join(sorted(self._made)) or 'nothing'}>"

    def __len__(self) -> int:
        return len(self._made)

    async def get(self, what: Standing, make: Callable[[], Awaitable[Material]]) -> Material:
        """The same material at every call; the first one, of several at a time too, has it made. Nobody can change it.

        LocalError `standing-differs` if another kind stands under this name, `standing-gone` if none does any more.
        """
        self._check(what)
        if what.name not in self._made:
            async with self._making.setdefault(what.name, trio.Lock()):
                self._check(what)
                if what.name not in self._made:
                    self._made[what.name] = what.kind, tuple(_fixed(words) for words in await make())
        kind, material = self._made[what.name]
        if kind != what.kind:
            raise LocalError(
                "standing-differs",
                f"under {what.name!r} stands {kind.name}, and a call asks for {what.kind.name} or for another shape",
                "one name, one kind: describe what stands in one place, and let every call use that",
            )
        return material

    def let_go(self, name: str) -> None:
        """What stands there leaves the memory, and nothing stands under this name again."""
        self._made.pop(name, None)
        self._making.pop(name, None)
        self._gone.add(name)

    def _check(self, what: Standing) -> None:
        if what.name in self._gone:
            raise LocalError(
                "standing-gone", f"what stood under {what.name!r} was let go",
                "let go of what no call uses any more; what stands anew has another name",
            )  # fmt: skip

    def adopt(self, other: StandingMaterial) -> list[Correlation]:
        """Let what stands in a session like this one stand here as well; the kinds that did not before."""
        added = {name: made for name, made in other._made.items() if name not in self._made and name not in self._gone}
        self._made |= added
        return [kind for kind, _ in added.values()]


def _fixed(words: Words) -> Words:
    view = words.view()
    view.flags.writeable = False
    return view
