#include "dispatch.h"
#include "bignum/exports.h"
#include "bignum/checks.h"

#define NUMBER_BYTES(limbs, count) ((limbs) * (count) * sizeof(uint64_t))
#define EXPONENT_BYTES(bits, count) (((bits) + 63) / 64 * (count) * sizeof(uint64_t))
#define WORKSPACE_BYTES(limbs) (bignum_workspace(limbs) * sizeof(uint64_t))

size_t parley_bignum_workspace(size_t limbs) { return bignum_workspace(limbs); }

size_t parley_bignum_digits(size_t limbs) { return bignum_digits(limbs); }

void parley_bignum_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,
                       size_t limbs, size_t count, uint64_t *workspace) {
    const Moduli m = {moduli, step, limbs, 0};
    REQUIRES(good_rows(m, count));
    REQUIRES_OF_CONTENTS(good_moduli(m, count));
    REQUIRES(same_or_apart(out, x, NUMBER_BYTES(limbs, count)) && same_or_apart(out, y, NUMBER_BYTES(limbs, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.mul(out, x, y, m, count, workspace);
}

void parley_bignum_montgomery_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,
                                  size_t limbs, size_t count, uint64_t *workspace) {
    const Moduli m = {moduli, step, limbs, 0};
    REQUIRES(good_rows(m, count));
    REQUIRES_OF_CONTENTS(good_moduli(m, count) && below_moduli(x, m, count) && below_moduli(y, m, count));
    REQUIRES(same_or_apart(out, x, NUMBER_BYTES(limbs, count)) && same_or_apart(out, y, NUMBER_BYTES(limbs, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.montgomery_mul(out, x, y, m, count, workspace);
}

void parley_bignum_products_var(uint64_t *out, const uint64_t *numbers, size_t size, const uint64_t *indices,
                                const uint64_t *starts, const uint64_t *modulus, size_t limbs, size_t count,
                                uint64_t *workspace) {
    const Moduli m = {modulus, 0, limbs, 0};
    const Choices choices = {indices, starts, size};
    REQUIRES(good_rows(m, count));
    REQUIRES(there(starts, (count + 1) * sizeof *starts) && good_choices(choices, count));
    REQUIRES_OF_CONTENTS(good_moduli(m, size) && below_moduli(numbers, m, size));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), numbers, NUMBER_BYTES(limbs, size)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.products_var(out, numbers, choices, m, count, workspace);
}

#define ENTRY_BELOW_MODULI(name)                                                                                          \
    void parley_bignum_##name(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,  \
                              size_t limbs, size_t count) {                                                              \
        const size_t bytes = NUMBER_BYTES(limbs, count);                                                                 \
        const Moduli m = {moduli, step, limbs, 0};                                                                       \
        REQUIRES(good_rows(m, count));                                                                                   \
        REQUIRES(same_or_apart(out, x, bytes) && same_or_apart(out, y, bytes));                                          \
        REQUIRES_OF_CONTENTS(good_moduli(m, count) && below_moduli(x, m, count) && below_moduli(y, m, count));           \
        selected->bignum.name(out, x, y, m, count);                                                                      \
    }

ENTRY_BELOW_MODULI(add)
ENTRY_BELOW_MODULI(sub)

void parley_bignum_power(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits,
                         const uint64_t *moduli, size_t step, size_t limbs, size_t root, size_t count,
                         uint64_t *workspace) {
    const Moduli m = {moduli, step, limbs, root};
    REQUIRES(good_rows(m, count));
    REQUIRES_OF_CONTENTS(good_moduli(m, count));
    REQUIRES(same_or_apart(out, bases, NUMBER_BYTES(limbs, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), exponents, EXPONENT_BYTES(bits, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.power(out, bases, exponents, bits, m, count, workspace);
}

void parley_bignum_power_var(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits,
                             const uint64_t *moduli, size_t step, size_t limbs, size_t root, size_t count,
                             uint64_t *workspace) {
    const Moduli m = {moduli, step, limbs, root};
    REQUIRES(good_rows(m, count));
    REQUIRES_OF_CONTENTS(good_moduli(m, count));
    REQUIRES(same_or_apart(out, bases, NUMBER_BYTES(limbs, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), exponent, EXPONENT_BYTES(bits, 1)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.power_var(out, bases, exponent, bits, m, count, workspace);
}

void parley_bignum_power_of_base(uint64_t *out, const uint64_t *table, const uint64_t *corrections, unsigned width,
                                 const uint64_t *exponents, size_t bits, const uint64_t *modulus, size_t limbs,
                                 size_t count, uint64_t *workspace) {
    const Moduli m = {modulus, 0, limbs, 0};
    const PowersOfBase powers = {table, corrections, width};
    REQUIRES(good_rows(m, count) && bits >= 1);
    REQUIRES_OF_CONTENTS(good_moduli(m, count));
    REQUIRES(width >= BIGNUM_NARROWEST && width <= BIGNUM_WIDEST);
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), table, NUMBER_BYTES(limbs, (bits + width - 1) / width << width)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), exponents, EXPONENT_BYTES(bits, count)));
    REQUIRES(apart(out, NUMBER_BYTES(limbs, count), workspace, WORKSPACE_BYTES(limbs)));
    selected->bignum.power_of_base(out, powers, exponents, bits, m, count, workspace);
}
