#include "dispatch.h"
#include "binary_field/exports.h"

#define BYTES_128(n) ((n) * 2 * sizeof(uint64_t))
#define BYTES_64(n) ((n) * sizeof(uint64_t))
#define BITS_BYTES(n) (((n) + 63) / 64 * sizeof(uint64_t))

void parley_gf_mul_128(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_128(n)));
    REQUIRES(same_or_apart(out, y, BYTES_128(n)));
    selected->binary_field.mul_128(out, x, y, n);
}

void parley_gf_scale_128(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_128(n)));
    REQUIRES(apart(out, BYTES_128(n), s, BYTES_128(1)));
    selected->binary_field.scale_128(out, x, s, n);
}

void parley_gf_square_128(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_128(n)));
    selected->binary_field.square_128(out, x, n);
}

void parley_gf_invert_128(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_128(n)));
    selected->binary_field.invert_128(out, x, n);
}

void parley_gf_inner_128(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(apart(out, BYTES_128(1), x, BYTES_128(n)));
    REQUIRES(apart(out, BYTES_128(1), y, BYTES_128(n)));
    selected->binary_field.inner_128(out, x, y, n);
}

void parley_gf_inner_bits_128(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n) {
    REQUIRES(apart(out, BYTES_128(1), x, BYTES_128(n)));
    REQUIRES(apart(out, BYTES_128(1), bits, BITS_BYTES(n)));
    selected->binary_field.inner_bits_128(out, x, bits, n);
}

void parley_gf_powers_128(uint64_t *out, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES_128(n), s, BYTES_128(1)));
    selected->binary_field.powers_128(out, s, n);
}

void parley_gf_evaluate_128(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES_128(1), x, BYTES_128(n)));
    REQUIRES(apart(out, BYTES_128(1), s, BYTES_128(1)));
    selected->binary_field.evaluate_128(out, x, s, n);
}

void parley_gf_mul_64(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_64(n)));
    REQUIRES(same_or_apart(out, y, BYTES_64(n)));
    selected->binary_field.mul_64(out, x, y, n);
}

void parley_gf_scale_64(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_64(n)));
    REQUIRES(apart(out, BYTES_64(n), s, BYTES_64(1)));
    selected->binary_field.scale_64(out, x, s, n);
}

void parley_gf_square_64(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_64(n)));
    selected->binary_field.square_64(out, x, n);
}

void parley_gf_invert_64(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES_64(n)));
    selected->binary_field.invert_64(out, x, n);
}

void parley_gf_inner_64(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(apart(out, BYTES_64(1), x, BYTES_64(n)));
    REQUIRES(apart(out, BYTES_64(1), y, BYTES_64(n)));
    selected->binary_field.inner_64(out, x, y, n);
}

void parley_gf_inner_bits_64(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n) {
    REQUIRES(apart(out, BYTES_64(1), x, BYTES_64(n)));
    REQUIRES(apart(out, BYTES_64(1), bits, BITS_BYTES(n)));
    selected->binary_field.inner_bits_64(out, x, bits, n);
}

void parley_gf_powers_64(uint64_t *out, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES_64(n), s, BYTES_64(1)));
    selected->binary_field.powers_64(out, s, n);
}

void parley_gf_evaluate_64(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES_64(1), x, BYTES_64(n)));
    REQUIRES(apart(out, BYTES_64(1), s, BYTES_64(1)));
    selected->binary_field.evaluate_64(out, x, s, n);
}
