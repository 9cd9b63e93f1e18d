"""Matrix products of secrets and public numbers."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import multiply
from protocols.array.factors import added, factor_of
from protocols.array.facts import kind_of, matrix_shapes
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.node import Facts, Node, Shape, operation
from protocols.array.public import Constant, Public, public
from protocols.array.recording import record
from protocols.array.scales import short
from protocols.array.secret import SecretArray
from protocols.array.shape import refuse_truths
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


def _product(x: Node, y: Node) -> Facts:
    left, _, shape = matrix_shapes(x.shape, y.shape)
    return Facts(shape, kind_of(x, y), x.scale + y.scale, (x.range * y.range).times(left[-1]))


def _product_with(x: Node, constant: Constant, scale: int, public_left: bool) -> Facts:
    left, _, shape = matrix_shapes(*_in_order(x.shape, constant.shape, public_left))
    range_ = (x.range * constant.range).times(left[-1])
    return Facts(shape, "fixed" if scale else x.kind, x.scale + scale, range_)


async def _matmul(ctx: Context, node: Node, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    left, right, shape = matrix_shapes(x.shape, y.shape)
    return (await suite_of(ctx).matmul(ctx, x.reshape(left), y.reshape(right))).reshape(shape)


async def _matmul_public(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    matrix, public_left = node.parameters["constant"], node.parameters["public_left"]
    left, right, shape = matrix_shapes(*_in_order(x.shape, matrix.shape, public_left))
    own, others = (right, left) if public_left else (left, right)
    share, words = x.reshape(own), x.ring.moved(lambda m: m.reshape(others), matrix.elements)
    work = prod(shape) * left[-1]
    product = await ctx.off_loop(work, lambda: share.matmul_public(words, public_left=public_left))
    return product.reshape(shape)


def _in_order(secret: Shape, matrix: Shape, public_left: bool) -> tuple[Shape, Shape]:
    return (matrix, secret) if public_left else (secret, matrix)


MATMUL = operation("@", _product, _matmul)
MATMUL_PUBLIC = operation("@ public", _product_with, _matmul_public)


@implements(np.matmul)
def matmul(x: Any, y: Any) -> SecretArray:
    """x @ y as in numpy.matmul: one round for two secrets, whose bytes are those of x and y, not of all products."""
    refuse_truths("@", x, y)
    if not isinstance(y, SecretArray):
        return _by_public(x, public(y), public_left=False)
    if not isinstance(x, SecretArray):
        return _by_public(y, public(x), public_left=True)
    return record(MATMUL, short(x), short(y))


@implements(np.dot)
def dot(x: Any, y: Any) -> SecretArray:
    """numpy.dot for scalars, vectors and matrices."""
    if min(np.ndim(x), np.ndim(y)) == 0:
        return multiply(x, y)
    if max(np.ndim(x), np.ndim(y)) > 2:
        raise LocalError(
            "unsupported-operation", "np.dot of secrets takes at most 2 dimensions", "use @", line=user_line()
        )
    return matmul(x, y)


def _by_public(x: SecretArray, matrix: Public, *, public_left: bool) -> SecretArray:
    inner = matrix_shapes(*_in_order(x.shape, matrix.shape, public_left))[0][-1]
    factor = factor_of("@", x, matrix, terms=max(inner, 1))
    products = [
        record(MATMUL_PUBLIC, factor.x, constant=part.constant, scale=part.scale, public_left=public_left)
        for part in factor.parts
    ]
    return added(products)
