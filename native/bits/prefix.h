/* Prefixes inside words by doubling: after a shift by s every bit stands for 2s bits. To be included after
 * bits/planes.h. */

static void bit_prefix_xor(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i += LANES) {
        Lanes v = load_before(x + i, x + n);
        v ^= v << 1;
        v ^= v << 2;
        v ^= v << 4;
        v ^= v << 8;
        v ^= v << 16;
        v ^= v << 32;
        store_before(out + i, out + n, v);
    }
}
