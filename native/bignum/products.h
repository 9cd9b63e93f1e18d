/* Products in a representation of numbers in Montgomery form. The file that includes this has included bignum/ladders.h
 * and defines besides
 *
 *     read_numbers   as read_number for number i anywhere, numbers[i]
 *     times_shared   as times for the R of the contract; `shared_squared` of Residues is its square
 *     choose_power   number `row` * 2^width + digit of a table of powers, all numbers of the row read
 *
 *     CORRECTION     which of the corrections of a table of powers is for its R
 *
 * and here are the products of SideBySide, those of powers from a table among them. */

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

/* The fixed-base windowing method, Handbook of Applied Cryptography, section 14.6.3, with all digits in the table. A
 * product of numbers that are not in Montgomery form divides by R; the correction R^rows makes up for all of them. */
static void power_of_base_some(uint64_t *out, PowersOfBase powers, const uint64_t *exponents, size_t bits, Moduli m,
                               size_t lanes, uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const x = reserve(&space, f.size), *const chosen = reserve(&space, f.size);
    const size_t step = (bits + 63) / 64;
    for (size_t row = 0, at = 0; at < bits; row++, at += powers.width) {
        const Digit d = exponent_part(&f, exponents, step, at, (unsigned)at_most(powers.width, bits - at));
        choose_power(&f, row ? chosen : x, powers, row, d);
        if (row) times(&f, x, x, chosen);
    }
    read_number(&f, chosen, powers.corrections + CORRECTION * m.limbs, 0);
    times(&f, x, x, chosen);
    write_number(&f, out, x);
}

#define PRODUCTS                                                                                       \
    .mul = mul_some, .montgomery_mul = montgomery_mul_some, .products_var = products_var_some,           \
    .power_of_base = power_of_base_some
