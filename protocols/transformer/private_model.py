"""A model whose weights stand in a session: its owner keeps them, and the parties compute with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.models.architectures import Bert, Llama
from protocols.models.model import Model
from protocols.models.predictor import Predictor
from protocols.models.public_file import public_digest
from protocols.party_indices import party_index
from protocols.transformer.bert import Encoder, stand_encoder
from protocols.transformer.llama import Decoder, stand_decoder
from protocols.transformer.weights import need_ring
from protocols.weights.standing import kept_in

_KEPT = "private models"


@dataclass(frozen=True, slots=True, eq=False)
class PrivateModel:
    """A model that `owner` has and the parties ask. `public` is what all of them know of it."""

    model: Model = field(repr=False)
    owner: int
    weights: Encoder | Decoder = field(repr=False)
    known: bytes = field(repr=False)
    """The digest of what is public of the model: architecture, tokenizer and frame."""

    @property
    def architecture(self) -> Bert | Llama:
        """Its public numbers."""
        return self.model.architecture

    @property
    def mark(self) -> int:
        """A number that follows from all that is public, for messages to carry a part of."""
        return self.mark_with()

    def mark_with(self, *public: Any) -> int:
        """The same, with public arguments of a call."""
        return _mark(self.known, self.owner, public)


def _mark(known: bytes, owner: int, public: tuple[Any, ...] = ()) -> int:
    digest = sha256(known + f" of party {owner}, {public!r}".encode()).digest()
    return int.from_bytes(digest[:8], "little") | 1


async def private_model(
    ctx: Context,
    model: Model | PrivateModel,
    owner: int | None = None,
    *,
    name: str = "",
    folder: str | Path | None = None,
) -> PrivateModel:
    """Let the weights of a model take part: `model` is whole at its owner, and `model.public` elsewhere.

    `owner`: party 0 unless given. Once for a session, however often the model is asked; `name` tells several models of
    one owner apart. Weights are rounded to 12 fractional bits. The others learn nothing but the architecture and the
    tokenizer, which they have. Between two parties with a dealer they stay with their owner: the other party stores
    them masked (8 bytes each), and nobody learns anything as long as the dealer helps neither. Else they are shared, at
    the suite's cost.
    `folder`: where each party keeps its half of masked weights, so that they are sent once and not in every run, and
    mapped from the user's disk (`protocols/weights`); every party gives one of its own, or none does.

    LocalError `no-weights`, `weights-range`, `wrong-argument` for what is no model, or another one under this name;
    `weights-stand` for a first use beside another one; `no-such-party`, `wrong-ring` for another one than of 64 bits.
    PeerError `public-values-differ` where parties have models of different architectures, tokenizers or frames: a text
    would be other tokens at its user than those that the model was trained on. Let the others `load` the file that the
    owner wrote by `write_public`.
    """
    refuse_unawaited(model)
    if isinstance(model, PrivateModel):
        return _of_owner(ctx, model, owner)
    need_context(ctx, "learning.private_model")
    need_ring(ctx)
    owner = party_index(ctx.everyone, 0 if owner is None else owner, user_line())
    _require_model(ctx, model)
    kept: dict[str, tuple[Model, PrivateModel] | None] = ctx.session.kept.setdefault(_KEPT, {})
    name = name or f"{type(model.architecture).__name__} of {ctx.names[owner]}"
    if name in kept:
        return _again(kept[name], model, name)
    weights, known = _weights(ctx, model, owner), public_digest(model)
    call = ctx.child("private_model", line=user_line(), mark=_mark(known, owner))
    stand: Any = stand_encoder if isinstance(model.architecture, Bert) else stand_decoder
    kept[name] = None
    try:
        with kept_in(folder):
            standing = PrivateModel(model, owner, await stand(call, name, owner, model.architecture, weights), known)
        kept[name] = model, standing
    finally:
        if kept[name] is None:
            del kept[name]
    ctx.join(call)
    return standing


def _require_model(ctx: Context, model: Any) -> None:
    if model is None:
        raise LocalError(
            "wrong-argument", f"{ctx.names[ctx.me]} gives no model", "whoever has no weights gives the public part, "
            "model.public, or loads the file of mpc.learning.write_public",
        )  # fmt: skip
    if isinstance(model, Predictor):
        raise LocalError(
            "wrong-argument", "a Predictor, of an estimator or a network, is given as a transformer",
            "await mpc.learning.secret_model(ctx, owner, predictor), and its predict(rows)",
        )  # fmt: skip
    if not isinstance(model, Model):
        raise LocalError(
            "wrong-argument", f"a {type(model).__name__} is no model",
            "give what mpc.learning.load gives of a transformer: whole at its owner, model.public at the others",
        )  # fmt: skip


def _of_owner(ctx: Context, model: PrivateModel, owner: int | None) -> PrivateModel:
    """LocalError `wrong-argument` where somebody else is named as the owner of a model that stands."""
    if owner is not None and party_index(ctx.everyone, owner, user_line()) != model.owner:
        raise LocalError(
            "wrong-argument", f"owner={owner} of a model that {ctx.names[model.owner]} owns",
            f"owner={model.owner}, or leave it out: a model that stands knows its owner",
        )  # fmt: skip
    return model


def _weights(ctx: Context, model: Model, owner: int) -> Any:
    if ctx.me != owner or ctx.planning:
        return None
    if model.tensors is None:
        raise LocalError(
            "no-weights", f"{ctx.names[owner]} owns the model, and has none of its weights", "load it there: "
            "mpc.learning.load(path); model.public is for the others",
        )  # fmt: skip
    return model.tensors


def _again(kept: tuple[Model, PrivateModel] | None, model: Model, name: str) -> PrivateModel:
    if kept is None:
        raise LocalError(
            "weights-stand", f"{name!r} is asked for the first time in two calls side by side, and which of them sends "
            "its weights would be up to chance",
            "let it stand before them: model = await mpc.learning.private_model(ctx, model, owner=..)",
        )  # fmt: skip
    before, standing = kept
    if before.architecture != model.architecture or (model.tensors is not None and before.tensors is not model.tensors):
        raise LocalError(
            "wrong-argument", f"another model than the one that stands as {name!r}",
            "give it a name of its own: await mpc.learning.private_model(ctx, model, owner=.., name=..)",
        )  # fmt: skip
    return standing
