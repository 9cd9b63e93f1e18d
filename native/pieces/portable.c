/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "pieces/thermometers.h"

static inline uint64_t bit_of(const uint64_t *packed, size_t n) { return packed[n / 64] >> n % 64 & 1; }

/* Coefficients of p(c + y) in powers of y: those of p on entry. */
static void shifted(uint64_t *p, uint64_t c, size_t degree) {
    for (size_t k = 0; k < degree; k++)
        for (size_t j = degree; j-- > k;) p[j] += c * p[j + 1];
}

/* p(c - r) of shares of r^k, which are `count` words apart. */
static uint64_t at_masked(const uint64_t *p, uint64_t c, const uint64_t *powers, size_t degree, size_t count) {
    uint64_t q[PARLEY_PIECES_DEGREE + 1], sum = 0;
    for (size_t j = 0; j <= degree; j++) q[j] = p[j];
    shifted(q, c, degree);
    for (size_t k = 0; k <= degree; k++) sum += (k % 2 ? 0 - q[k] : q[k]) * powers[k * count];
    return sum;
}

static void polynomials(uint64_t *out, const uint64_t *first, const uint64_t *steps, const uint64_t *c,
                        const uint64_t *v, const uint64_t *powers, const uint64_t *products, size_t rows,
                        size_t choices, size_t degree, size_t count, size_t begin, size_t end) {
    const size_t terms = degree + 1, words = (count + 63) / 64;
    for (size_t row = 0; row < rows; row++)
        for (size_t n = begin; n < end; n++) {
            uint64_t chosen[PARLEY_PIECES_DEGREE + 1], sum = 0;
            for (size_t j = 0; j < terms; j++) chosen[j] = first[row * terms + j];
            for (size_t i = 0; i < choices; i++) {
                const uint64_t *step = steps + (row * choices + i) * terms, bit = bit_of(v + i * words, n);
                const uint64_t secret = at_masked(step, c[n], products + i * terms * count + n, degree, count);
                for (size_t j = 0; j < terms; j++) chosen[j] += bit * step[j];
                sum += (1 - 2 * bit) * secret;
            }
            out[row * count + n] = sum + at_masked(chosen, c[n], powers + n, degree, count);
        }
}

static void crossed(uint64_t *out, const uint64_t *table, const uint64_t *places, const uint64_t *t,
                    unsigned place_bits, size_t thresholds, int whole, size_t count, size_t begin, size_t end) {
    const uint64_t last = ((uint64_t)1 << place_bits) - 1;
    for (size_t w = begin / 64; 64 * w < end; w++) {
        uint64_t found[PARLEY_PIECES_THRESHOLDS] = {0};
        for (size_t n = 64 * w; n < end && n < 64 * w + 64; n++) {
            const uint64_t *const thermometer = table + (n << (place_bits - 6)), place = places[n];
            const uint64_t before = bit_of(thermometer, place);
            for (size_t i = 0; i < thresholds; i++) {
                const uint64_t read = bit_of(thermometer, (place - t[i]) & last) ^ before;
                found[i] |= (read ^ (whole && place >= t[i])) << n % 64;
            }
        }
        for (size_t i = 0; i < thresholds; i++) out[i * ((count + 63) / 64) + w] = found[i];
    }
}

const PieceKernels pieces_portable = {OWN(polynomials) OWN(thermometers) OWN(crossed)};
