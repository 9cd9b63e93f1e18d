/* Products in a representation of numbers in Montgomery form. The file that includes this has included bignum/ladders.h
 * and defines besides
 *
 *     read_numbers   as read_number for number i anywhere, numbers[i]
 *     times_shared   as times for the R of the contract; `shared_squared` of Residues is its square
 *
 * and here are the products of SideBySide. */

static void mul_some(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t lanes, uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const a = reserve(&space, f.size), *const b = reserve(&space, f.size);
    load_as_montgomery(&f, a, x, m.limbs);
    read_number(&f, b, y, m.limbs);
    times(&f, a, a, b);
    write_number(&f, out, a);
}

static void montgomery_mul_some(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t lanes,
                                uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const a = reserve(&space, f.size), *const b = reserve(&space, f.size);
    read_number(&f, a, x, m.limbs);
    read_number(&f, b, y, m.limbs);
    times_shared(&f, a, a, b);
    write_number(&f, out, a);
}

/* Where one result has fewer factors than another beside it, the rest are R, whose product changes nothing. */
static void products_var_some(uint64_t *out, const uint64_t *numbers, Choices c, Moduli m, size_t lanes,
                              uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const x = reserve(&space, f.size), *const factor = reserve(&space, f.size);
    uint64_t *const one = reserve(&space, lanes * m.limbs);
    size_t steps = 0;
    times_shared(&f, x, f.shared_squared, f.unit);
    write_number(&f, one, x);
    for (size_t lane = 0; lane < lanes; lane++)
        if (c.starts[lane + 1] - c.starts[lane] > steps) steps = c.starts[lane + 1] - c.starts[lane];
    for (size_t step = 0; step < steps; step++) {
        const uint64_t *factors[MOST_LANES] = {NULL};
        for (size_t lane = 0; lane < lanes; lane++) {
            const uint64_t at = c.starts[lane] + step;
            factors[lane] = at < c.starts[lane + 1] ? numbers + c.indices[at] * m.limbs : one;
        }
        read_numbers(&f, step ? factor : x, factors);
        if (step) times_shared(&f, x, x, factor);
    }
    write_number(&f, out, x);
}

#define PRODUCTS .mul = mul_some, .montgomery_mul = montgomery_mul_some, .products_var = products_var_some
