/* Powers and inverses, made of the family's products. */

#include "field/field.h"

#include "field/exports.h"
#include "lengths.h"
#include "masks.h"

/* Elements that are raised or inverted side by side: enough for a product's latency to be hidden. */
enum { SIDE_BY_SIDE = 128, WORDS_SIDE_BY_SIDE = 2 * SIDE_BY_SIDE };

/* Square and multiply from the top bit of e down, n <= SIDE_BY_SIDE; time depends on e. */
static void power_block_var(uint64_t *out, const uint64_t *x, size_t n, uint64_t e_low, uint64_t e_high,
                            const Field *f) {
    const FieldKernels *kernels = kernels_of(f);
    uint64_t base[WORDS_SIDE_BY_SIDE];
    int bit = 127;
    memcpy(base, x, bytes_of(n, f));
    ones(out, n, f);
    while (bit >= 0 && !((bit < 64 ? e_low : e_high) >> bit % 64 & 1)) bit--;
    for (; bit >= 0; bit--) {
        kernels->mul(out, out, out, n, f);
        if ((bit < 64 ? e_low : e_high) >> bit % 64 & 1) kernels->mul(out, out, base, n, f);
    }
}

void parley_field_power(uint64_t *out, const uint64_t *x, size_t n, uint64_t e_low, uint64_t e_high,
                        const uint64_t *field) {
    TAKE_FIELD(f, field);
    const size_t step = step_of(&f);
    REQUIRES(same_or_apart(out, x, bytes_of(n, &f)));
    for (size_t i = 0; i < n; i += SIDE_BY_SIDE)
        power_block_var(out + i * step, x + i * step, at_most(n - i, SIDE_BY_SIDE), e_low, e_high, &f);
}

void parley_field_powers(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const FieldKernels *kernels = kernels_of(&f);
    const size_t step = step_of(&f);
    REQUIRES(apart(out, bytes_of(n, &f), x, bytes_of(1, &f)));
    uint64_t top[2] = {x[0], x[step - 1]};
    ones(out, at_most(n, 1), &f);
    for (size_t done = 1; done < n; done *= 2) {
        kernels->scale(out + done * step, out, top, at_most(n - done, done), &f);
        kernels->mul(top, top, top, 1, &f);
    }
}

/* x, or 1 where x is 0; returns nothing of which it was. */
static void without_zeros(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    const size_t step = step_of(f);
    memcpy(out, x, bytes_of(n, f));
    for (size_t i = 0; i < n * step; i += step) out[i] += (x[i] | x[i + step - 1]) == 0;
}

static void zero_where_zero(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    const size_t step = step_of(f);
    for (size_t i = 0; i < n * step; i++) {
        const size_t first = i - i % step;
        out[i] &= mask_where((x[first] | x[first + step - 1]) != 0);
    }
}

/* Montgomery's trick ("Speeding the Pollard and elliptic curve methods of factorization", 1987, section 10.3.1) on
 * SIDE_BY_SIDE chains: chain i holds the elements i, i + SIDE_BY_SIDE, ... */
void parley_field_inverse(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const FieldKernels *kernels = kernels_of(&f);
    const size_t step = step_of(&f), chains = at_most(n, SIDE_BY_SIDE);
    const unsigned __int128 e = ((unsigned __int128)f.p_high << 64 | f.p) - 2;
    uint64_t product[WORDS_SIDE_BY_SIDE], block[WORDS_SIDE_BY_SIDE];
    REQUIRES(apart(out, bytes_of(n, &f), x, bytes_of(n, &f)));
    if (!n) return;
    ones(product, chains, &f);
    for (size_t i = 0; i < n; i += SIDE_BY_SIDE) {
        const size_t count = at_most(n - i, SIDE_BY_SIDE);
        memcpy(out + i * step, product, bytes_of(count, &f));
        without_zeros(block, x + i * step, count, &f);
        kernels->mul(product, product, block, count, &f);
    }
    power_block_var(product, product, chains, (uint64_t)e, (uint64_t)(e >> 64), &f);
    for (size_t i = (n - 1) / SIDE_BY_SIDE * SIDE_BY_SIDE; i < n; i -= SIDE_BY_SIDE) {
        const size_t count = at_most(n - i, SIDE_BY_SIDE);
        uint64_t *place = out + i * step;
        kernels->mul(place, place, product, count, &f);
        zero_where_zero(place, x + i * step, count, &f);
        without_zeros(block, x + i * step, count, &f);
        kernels->mul(product, product, block, count, &f);
    }
}
