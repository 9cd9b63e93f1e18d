"""What a secret is not, and what the errors teach; revealing to some, twice, nothing, and what does not belong."""

import operator

import numpy as np
import pytest
from programs import UNIT, revealed

import mpc
from mpc.errors import LocalError, PeerError
from protocols.runs.simulating import simulate


def attempt(use, value=1.5, kind=None):
    """Do something with a secret that must be refused while it is only being written down."""
    return revealed(use, value, kinds=[kind] if kind else None)


def stored(array, value):
    """A public array into which a value is written."""
    array[0] = value
    return array


FORBIDDEN = {
    "if": (lambda x: 1 if x > 0 else 0, "secret-truth", "np.where"),
    "and": (lambda x: (x > 0) and (x < 1), "secret-truth", "&"),
    "chained comparison": (lambda x: 0 < x < 1, "secret-truth", "np.where"),
    "not": (lambda x: not x, "secret-truth", "reveal"),
    "in": (lambda x: 3 in x.reshape(1), "secret-truth", "np.where"),
    "float": (float, "secret-content", "reveal"),
    "int": (int, "secret-content", "reveal"),
    "range": (range, "secret-content", "reveal"),
    "index of a list": (lambda x: [1, 2][x], "secret-content", "reveal"),
    "asarray": (np.asarray, "secret-content", "reveal"),
    "asarray of several": (lambda x: np.array([x, x]), "secret-content", "np.stack"),
    "mean of a list": (lambda x: np.mean([x, x]), "secret-content", "np.stack"),
    "max of Python": (lambda x: max(x, 0), "secret-truth", "np.maximum"),
    "min of Python": (lambda x: min([x, x]), "secret-truth", "np.minimum"),
    "sorted": (lambda x: sorted([x, x]), "secret-truth", "np.sort"),
    "any of Python": (lambda x: any([x, x]), "secret-truth", "x.any()"),
    "take of a public table": (lambda x: np.take(np.eye(3), x), "secret-content", "np.choose"),
    "stored in a public array": (lambda x: stored(np.zeros(3), x.reshape(1)), "secret-content", "np.stack"),
    "stored in one place": (lambda x: stored(np.zeros(3), x), "secret-content", "np.stack"),
    "secret index": (lambda x: np.zeros(3)[x], "secret-content", "np.choose"),
    "index by a secret": (lambda x: x.reshape(1)[x > 0], "secret-index", "np.where"),
    "ufunc without counterpart": (np.arctan, "unsupported-operation", "np.interp"),
    "function without counterpart": (np.unwrap, "unsupported-operation", "np.interp"),
    "reduce": (np.subtract.reduce, "unsupported-operation", "reveal"),
    "secret exponent": (lambda x: 2.0**x, "bad-exponent", "np.exp2(x)"),
    "secret exponent of a public base": (lambda i: 1.05 ** (i - 1), "bad-exponent", "np.exp((i - 1) * np.log(1.05))"),
    "secret exponent of a secret": (lambda x: (x + 1) ** x, "bad-exponent", "np.exp(x * np.log((x + 1)))"),
    "secret exponent given to a function": (lambda y: np.power(3, y), "bad-exponent", "np.exp(y * np.log(3))"),
    "fractional exponent": (lambda x: x**0.5, "bad-exponent", "np.sqrt(x)"),
    "negative exponent": (lambda x: x**-2, "bad-exponent", "1 / x ** 2"),
    "other exponent": (lambda x: x**1.7, "bad-exponent", "np.exp(1.7 * np.log(x))"),
    "zero exponent": (lambda x: x**0, "bad-exponent", ""),
    "& of numbers": (lambda x: x & True, "not-a-bit", "compare"),
    "~ of numbers": (lambda x: ~x, "not-a-bit", "compare"),
    "& of a bit and a number": (lambda x: (x > 0) & 1, "not-a-bit", "boolean"),
    "where on a number": (lambda x: np.where(x, 1, 2), "not-a-bit", "compare"),
    "division by zero": (lambda x: x / 0, "division-by-zero", ""),
    "shapes": (lambda x: np.broadcast_to(x, (2,)) + np.zeros(3), "shape-mismatch", "reshape"),
    "matrix shapes": (lambda x: np.broadcast_to(x, (2,)) @ np.zeros(3), "shape-mismatch", "reshape"),
    "reshape": (lambda x: x.reshape(7), "shape-mismatch", "shape"),
    "index out of range": (lambda x: x.reshape(1)[4], "shape-mismatch", "shape"),
    "axis": (lambda x: x.reshape(1).sum(axis=3), "bad-axis", ""),
    "mean of nothing": (lambda x: x.reshape(1)[:0].mean(), "empty-mean", "shape"),
    "min of nothing": (lambda x: x.reshape(1)[:0].min(), "empty-extreme", ""),
    "word": (lambda x: x + "a", "not-a-number", "real"),
    "none": (lambda x: x + None, "not-a-number", "real"),
    "a shape that grows in place": (lambda x: operator.iadd(x, np.zeros(3)), "shape-mismatch", "x = x + y"),
    "a kind that changes in place": (lambda x: operator.iand(x < 1, x.reshape(())), "not-a-bit", "compare"),
    "into a public array": (lambda x: operator.iadd(np.zeros(2), x), "unsupported-operation", "x = x + y"),
    "argument without counterpart": (lambda x: np.min(x, initial=3.0), "unsupported-operation", "reveal"),
    "attribute of one's own": (lambda x: setattr(x, "owner", 0), "unsupported-operation", "variable"),
    "shape that is set": (lambda x: setattr(x, "shape", (1,)), "unsupported-operation", "x.reshape"),
    "await": (lambda x: x.__await__(), "unsupported-operation", "mpc.reveal"),
    "reveal of a public value": (lambda x: 3.0, "not-secret", "as it is"),
}


@pytest.mark.parametrize(("use", "code", "lesson"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_misuse_is_refused_with_a_way_out(use, code, lesson):
    with pytest.raises(LocalError) as caught:
        attempt(use)
    assert caught.value.code == code
    assert lesson in caught.value.remedy
    assert "1.5" not in str(caught.value)


def test_the_line_of_the_mistake_is_named():
    with pytest.raises(LocalError, match="secret-truth") as caught:
        attempt(lambda x: 1 if x > 0 else 0)
    assert caught.value.line.startswith("test_secrets_are_no_numbers.py:")


def test_a_scalar_has_no_length_and_an_array_iterates_over_its_first_axis():
    with pytest.raises(TypeError):
        attempt(len)
    with pytest.raises(TypeError):
        attempt(lambda x: tuple(x))
    rows = revealed(lambda x: tuple(x), np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(rows, np.arange(6.0).reshape(3, 2))


def test_a_representation_shows_shape_kind_and_range_but_no_content():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 9))
        await mpc.reveal(ctx, x)
        return repr(x)

    shown = simulate(main, [np.array([7.654321]), None]).result
    assert "fixed" in shown
    assert "[0, 9]" in shown
    assert "7.65" not in shown


def test_public_facts_of_a_secret_are_there():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 9))
        return x.shape, x.ndim, x.size, len(x), np.shape(x), np.ndim(x), np.size(x), x.kind, x.bounds

    assert simulate(main, [np.zeros((2, 3)), None]).results == [
        ((2, 3), 2, 6, 2, (2, 3), 2, 6, "fixed", (0.0, 9.0))
    ] * 2  # fmt: skip


@pytest.mark.parametrize("n", [2, 3, 5])
def test_revealing_to_some_tells_only_them(n):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        y = await mpc.secret(ctx, 0, np.array([1, -2, 3]) if ctx.me == 0 else None)
        to_last = await mpc.reveal(ctx, x * 2, to=n - 1)
        to_both = await mpc.reveal(ctx, y, y > 0, to=[0, 1])
        return to_last, to_both

    results = simulate(main, [np.array([0.5, -1.25])] + [None] * (n - 1), check_costs=True).results
    for i, (to_last, (whole, positive)) in enumerate(results):
        if i == n - 1:
            np.testing.assert_allclose(to_last, [1.0, -2.5], atol=UNIT)
        else:
            assert to_last is None
        if i in (0, 1):
            assert whole.tolist() == [1, -2, 3]
            assert positive.tolist() == [True, False, True]
        else:
            assert whole is None
            assert positive is None


@pytest.mark.parametrize("to", [-1, 2, 7, [0, 2]])
def test_revealing_to_nobody_that_computes_is_refused(to):
    """Index n is the dealer's place in a real run: it must never be told."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x, to=to)

    with pytest.raises(LocalError, match="no-such-party"):
        simulate(main, [1.0, None])


def test_revealing_twice_gives_the_same_and_computes_once():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        y = x * x * 0.3
        first = await mpc.reveal(ctx, y)
        material = dict(ctx.session.ledger.material)
        return first, await mpc.reveal(ctx, y), material == dict(ctx.session.ledger.material)

    first, second, same = simulate(main, [1.7, None], check_costs=True).result
    assert first == second
    assert same


def test_the_same_value_may_be_asked_for_twice_at_once():
    first, second = revealed(lambda x: (x, x), np.array([1.0, 2.0]))
    assert first.tolist() == second.tolist() == [1.0, 2.0]


def test_a_program_may_go_on_from_what_it_learned():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        steps = 0
        while await mpc.reveal(ctx, x > 1):
            x = x / 2
            steps += 1
        return steps

    assert simulate(main, [9.0, None, None], check_costs=True).results == [4, 4, 4]


def test_a_secret_of_another_run_is_refused():
    kept = []

    async def first(ctx, mine):
        kept.append(await mpc.secret(ctx, 0, mine))

    simulate(first, [1.0, None])

    async def second(ctx, mine):
        return await mpc.reveal(ctx, kept[ctx.me])

    with pytest.raises(LocalError, match="foreign-secret"):
        simulate(second, [1.0, None])


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        (np.nan, None, "not-a-number"), (np.inf, None, "not-a-number"), ("x", None, "not-a-number"),
        (None, None, "no-value"), (0.5, "int", "not-whole"), (2000.0, None, "out-of-range"),
        (2**40, None, "out-of-range"), (0.5, "bit", "not-whole"), (2, "bit", "out-of-range"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit_are_refused_at_their_owner(value, kind, code):
    async def main(ctx, mine):
        return await mpc.secret(ctx, 0, mine, kind=kind)

    with pytest.raises(LocalError) as caught:
        simulate(main, [value, None])
    assert caught.value.code == code


def test_a_secret_of_another_kind_than_the_program_says_is_noticed():
    async def main(ctx, mine):
        return await mpc.secret(ctx, 0, mine, kind="int" if ctx.me else "fixed")

    with pytest.raises(PeerError, match="unexpected-message"):
        simulate(main, [1.0, None])


def test_parties_that_reveal_different_things_are_noticed():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x * x if ctx.me else x + x)

    with pytest.raises(PeerError):
        simulate(main, [1.0, None])


def test_inputs_of_each_kind_come_back():
    for value in (np.array([1.5, -2.25]), np.array([3, -4]), np.array([True, False]), 2, 1.5, np.zeros((0, 3))):
        found = revealed(lambda x: x, value, n=3)
        np.testing.assert_array_equal(found, value)
        assert np.asarray(found).dtype.kind == np.asarray(value).dtype.kind


@pytest.mark.parametrize("bounds", [(1, 0), (0, np.inf), (np.nan, 1)])
def test_a_range_that_is_none_is_refused(bounds):
    async def main(ctx, mine):
        return await mpc.secret(ctx, 0, mine, range=bounds)

    with pytest.raises(LocalError, match="bad-range"):
        simulate(main, [0.5, None])
