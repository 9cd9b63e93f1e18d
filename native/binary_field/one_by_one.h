/* The kernels of one field, an element at a time. To be included once for each field by a file that defines WORDS (an
 * element's), FIELD(name) and one_product of that name (out = x y; `out` may be x or y); undefines both macros. */

static void FIELD(mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n * WORDS; i += WORDS) FIELD(one_product)(out + i, x + i, y + i);
}

static void FIELD(scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    for (size_t i = 0; i < n * WORDS; i += WORDS) FIELD(one_product)(out + i, x + i, s);
}

static void FIELD(square)(uint64_t *out, const uint64_t *x, size_t n) { FIELD(mul)(out, x, x, n); }

/* x^(2^k - 2) = the product of x^(2^i) for 0 < i < k. */
static void FIELD(invert)(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n * WORDS; i += WORDS) {
        uint64_t power[WORDS], product[WORDS] = {1};
        memcpy(power, x + i, sizeof power);
        for (int k = 1; k < 64 * WORDS; k++) {
            FIELD(one_product)(power, power, power);
            FIELD(one_product)(product, product, power);
        }
        memcpy(out + i, product, sizeof product);
    }
}

static void FIELD(inner)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    memset(out, 0, WORDS * sizeof *out);
    for (size_t i = 0; i < n * WORDS; i += WORDS) {
        uint64_t product[WORDS];
        FIELD(one_product)(product, x + i, y + i);
        for (int w = 0; w < WORDS; w++) out[w] ^= product[w];
    }
}

static void FIELD(inner_bits)(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n) {
    memset(out, 0, WORDS * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const uint64_t taken = 0 - (bits[i / 64] >> (i % 64) & 1);
        for (size_t w = 0; w < WORDS; w++) out[w] ^= x[i * WORDS + w] & taken;
    }
}

static void FIELD(powers)(uint64_t *out, const uint64_t *s, size_t n) {
    uint64_t power[WORDS] = {1};
    for (size_t i = 0; i < n * WORDS; i += WORDS) {
        memcpy(out + i, power, sizeof power);
        FIELD(one_product)(power, power, s);
    }
}

static void FIELD(evaluate)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    memset(out, 0, WORDS * sizeof *out);
    for (size_t i = n * WORDS; i; i -= WORDS) {
        FIELD(one_product)(out, out, s);
        for (size_t w = 0; w < WORDS; w++) out[w] ^= x[i - WORDS + w];
    }
}

#undef WORDS
#undef FIELD
