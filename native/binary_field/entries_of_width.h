/* The entries of one field, FIELD(name), whose elements are WORDS words. */

#define BYTES(n) ELEMENT_BYTES(WORDS, n)

BINARY_ENTRY(FIELD(parley_gf_mul), binary_field.FIELD(mul), WORDS)
UNARY_ENTRY(FIELD(parley_gf_square), binary_field.FIELD(square), WORDS)
UNARY_ENTRY(FIELD(parley_gf_invert), binary_field.FIELD(invert), WORDS)

void FIELD(parley_gf_scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(same_or_apart(out, x, BYTES(n)));
    REQUIRES(apart(out, BYTES(n), s, BYTES(1)));
    selected->binary_field.FIELD(scale)(out, x, s, n);
}

void FIELD(parley_gf_inner)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(apart(out, BYTES(1), x, BYTES(n)));
    REQUIRES(apart(out, BYTES(1), y, BYTES(n)));
    selected->binary_field.FIELD(inner)(out, x, y, n);
}

void FIELD(parley_gf_inner_bits)(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n) {
    REQUIRES(apart(out, BYTES(1), x, BYTES(n)));
    REQUIRES(apart(out, BYTES(1), bits, (n + 63) / 64 * sizeof *bits));
    selected->binary_field.FIELD(inner_bits)(out, x, bits, n);
}

void FIELD(parley_gf_evaluate)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES(1), x, BYTES(n)));
    REQUIRES(apart(out, BYTES(1), s, BYTES(1)));
    selected->binary_field.FIELD(evaluate)(out, x, s, n);
}

void FIELD(parley_gf_powers)(uint64_t *out, const uint64_t *s, size_t n) {
    REQUIRES(apart(out, BYTES(n), s, BYTES(1)));
    selected->binary_field.FIELD(powers)(out, s, n);
}

#undef BYTES
#undef WORDS
#undef FIELD
