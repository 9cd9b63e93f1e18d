/* Sums, products and Montgomery's division in plain C, word by word, in radix 2^64. The file that includes this has
 * included bignum/radix64.h. */

static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < size; i++) {
        const Wide difference = (Wide)x[i] - y[i] - borrow;
        out[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

/* t += x * word; what is above its `size` words. */
static uint64_t add_multiple(uint64_t *t, const uint64_t *x, uint64_t word, size_t size) {
    uint64_t carry = 0;
    for (size_t j = 0; j < size; j++) {
        const Wide sum = (Wide)x[j] * word + t[j] + carry;
        t[j] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return carry;
}
