/* Any count of numbers, a few side by side: for tables whose file defines
 *
 *     static const SideBySide *next(Moduli m, size_t left, size_t *lanes);
 *
 * which says how many of the `left` numbers to take next, and who does them. */

static Moduli from(Moduli m, size_t i) {
    m.rows += i * m.step;
    return m;
}

static void mul(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t count, uint64_t *workspace) {
    for (size_t i = 0, lanes; i < count; i += lanes) {
        const size_t at = i * m.limbs;
        next(m, count - i, &lanes)->mul(out + at, x + at, y + at, from(m, i), lanes, workspace);
    }
}

static void montgomery_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t count,
                           uint64_t *workspace) {
    for (size_t i = 0, lanes; i < count; i += lanes) {
        const size_t at = i * m.limbs;
        next(m, count - i, &lanes)->montgomery_mul(out + at, x + at, y + at, from(m, i), lanes, workspace);
    }
}

static void products_var(uint64_t *out, const uint64_t *numbers, Choices choices, Moduli m, size_t count,
                         uint64_t *workspace) {
    for (size_t i = 0, lanes; i < count; i += lanes, choices.starts += lanes)
        next(m, count - i, &lanes)->products_var(out + i * m.limbs, numbers, choices, m, lanes, workspace);
}

static void power(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits, Moduli m, size_t count,
                  uint64_t *workspace) {
    const size_t step = (bits + 63) / 64;
    for (size_t i = 0, lanes; i < count; i += lanes) {
        const size_t at = i * m.limbs;
        next(m, count - i, &lanes)
            ->power(out + at, bases + at, exponents + i * step, bits, from(m, i), lanes, workspace);
    }
}

static void power_var(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits, Moduli m,
                      size_t count, uint64_t *workspace) {
    for (size_t i = 0, lanes; i < count; i += lanes) {
        const size_t at = i * m.limbs;
        next(m, count - i, &lanes)->power_var(out + at, bases + at, exponent, bits, from(m, i), lanes, workspace);
    }
}

static void power_of_base(uint64_t *out, PowersOfBase powers, const uint64_t *exponents, size_t bits, Moduli m,
                          size_t count, uint64_t *workspace) {
    const size_t step = (bits + 63) / 64;
    for (size_t i = 0, lanes; i < count; i += lanes)
        next(m, count - i, &lanes)
            ->power_of_base(out + i * m.limbs, powers, exponents + i * step, bits, m, lanes, workspace);
}
