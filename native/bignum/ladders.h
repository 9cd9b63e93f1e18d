/* Powers in a representation of numbers in Montgomery form. The file that includes this defines
 *
 *     Residues      the moduli of the numbers side by side, and constants in the representation: `size` (words of a
 *                number), `lanes`, `into` (what makes Montgomery form of a number just read), `unit` (1)
 *     Digit      a part of each exponent
 *     field      makes a Residues in a workspace and moves the pointer behind it
 *     read_number    from words to the representation; number i lies `step` * i words behind the first
 *     write_number   to words, reduced
 *     times      out = x * y / R mod n, in place or not
 *     square     out = x^2 / R mod n, in place or not
 *     put_one    out = R mod n
 *     exponent_part  `width` bits, at most 8, of each exponent from bit `from` on
 *     choose     one of the numbers of a table for each digit, all of them read
 *
 * and here are the powers of SideBySide. */

static void load_as_montgomery(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    read_number(f, out, words, step);
    times(f, out, out, f->into);
}

static void store_from_montgomery(const Residues *f, uint64_t *words, uint64_t *x) {
    times(f, x, x, f->unit);
    write_number(f, words, x);
}

/* Bits for each product: 2^width products fill the table, bits / width are saved. */
static unsigned window(size_t bits) { return bits <= 4 ? 1 : bits <= 16 ? 2 : bits <= 64 ? 3 : bits <= 256 ? 4 : 5; }

static void square_times(const Residues *f, uint64_t *x, size_t times_squared) {
    for (size_t i = 0; i < times_squared; i++) square(f, x, x);
}

/* x^0, ..., x^(entries - 1). */
static void fill_table(const Residues *f, uint64_t *table, const uint64_t *x, size_t entries) {
    put_one(f, table);
    memcpy(table + f->size, x, f->size * sizeof *x);
    for (size_t i = 2; i < entries; i += 2) {
        square(f, table + i * f->size, table + i / 2 * f->size);
        times(f, table + (i + 1) * f->size, table + i * f->size, x);
    }
}

/* Fixed windows, Handbook of Applied Cryptography, algorithm 14.82; every number of the table is read each time. */
static void power_some(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits, Moduli m,
                       size_t lanes, uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const x = reserve(&space, f.size), *const chosen = reserve(&space, f.size), *const table = space;
    const unsigned width = window(bits);
    const size_t entries = (size_t)1 << width, step = (bits + 63) / 64;
    load_as_montgomery(&f, x, bases, m.limbs);
    fill_table(&f, table, x, entries);
    memcpy(x, table, f.size * sizeof *x);
    for (size_t at = bits; at;) {
        const unsigned bits_now = at % width ? at % width : width;
        if (at < bits) square_times(&f, x, bits_now);
        at -= bits_now;
        choose(&f, chosen, table, entries, exponent_part(&f, exponents, step, at, bits_now));
        times(&f, x, x, chosen);
    }
    store_from_montgomery(&f, out, x);
}

static int bit_var(const uint64_t *words, size_t i) { return words[i / 64] >> i % 64 & 1; }

/* Sliding windows, Handbook of Applied Cryptography, algorithm 14.85: a table of odd powers alone. */
static void power_var_some(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits, Moduli m,
                           size_t lanes, uint64_t *space) {
    const Residues f = field(m, lanes, &space);
    uint64_t *const x = reserve(&space, f.size), *const table = reserve(&space, f.size << BIGNUM_WINDOW);
    while (bits && !bit_var(exponent, bits - 1)) bits--;
    const size_t longest = window(bits) + (bits > 64);
    load_as_montgomery(&f, x, bases, m.limbs);
    memcpy(table, x, f.size * sizeof *x);
    square(&f, x, x);
    for (size_t i = 1; i < (size_t)1 << (longest - 1); i++)
        times(&f, table + i * f.size, table + (i - 1) * f.size, x);
    put_one(&f, x);
    for (size_t at = bits; at;) {
        size_t length = bit_var(exponent, at - 1) ? at_most(longest, at) : 1, odd = 0;
        while (length > 1 && !bit_var(exponent, at - length)) length--;
        for (size_t i = 1; i <= length; i++) odd = 2 * odd + (size_t)bit_var(exponent, at - i);
        if (at < bits) square_times(&f, x, length);
        if (odd) times(&f, x, x, table + odd / 2 * f.size);
        at -= length;
    }
    store_from_montgomery(&f, out, x);
}

#define POWERS .power = power_some, .power_var = power_var_some
