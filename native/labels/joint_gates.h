/* Half-gates of several garblers, as docs/protocols/bmr.md has them: hashes of labels that are added to shares. To be
 * included once by a file that includes labels/half_gates.h. */

static ALWAYS_INLINE void add_to(uint64_t *out, size_t count, B x) {
    store_blocks(out, count, xor_blocks(load_blocks(out, count), x));
}

/* `gates` <= GATES gates. */
static ALWAYS_INLINE void garble_joint_group(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0,
                                             const uint64_t *b0, B R, B start, uint64_t first, size_t gates) {
    B keys[4], h[8];
    for (int v = 0; v < 2; v++) {
        h[v] = load_blocks(a0 + 2 * LANES * v, in_register(gates, v));
        h[2 + v] = load_blocks(b0 + 2 * LANES * v, in_register(gates, v));
        h[4 + v] = xor_blocks(h[v], R);
        h[6 + v] = xor_blocks(h[2 + v], R);
    }
    keys_of_gates(keys, start, first);
    hash_in_place(h, 2, keys, sigma);
    for (int v = 0; v < 2; v++) {
        const size_t place = (size_t)(2 * LANES * v), here = in_register(gates, v);
        add_to(left + place, here, xor_blocks(h[v], h[4 + v]));
        add_to(right + place, here, xor_blocks(h[2 + v], h[6 + v]));
        add_to(third + place, here, xor_blocks(h[v], h[2 + v]));
    }
}

static ALWAYS_INLINE void evaluate_joint_group(uint64_t *c, const uint64_t *a, const uint64_t *b, B start,
                                               uint64_t first, size_t gates) {
    B keys[4], h[4];
    for (int v = 0; v < 2; v++) {
        h[v] = load_blocks(a + 2 * LANES * v, in_register(gates, v));
        h[2 + v] = load_blocks(b + 2 * LANES * v, in_register(gates, v));
    }
    keys_of_gates(keys, start, first);
    hash_in_place(h, 1, keys, sigma);
    for (int v = 0; v < 2; v++) add_to(c + 2 * LANES * v, in_register(gates, v), xor_blocks(h[v], h[2 + v]));
}

static void garble_jointly(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0, const uint64_t *b0,
                           const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n) {
    const B R = spread_block(delta), s = spread_block(start);
    for (size_t i = 0; i < n; i += GATES)
        garble_joint_group(left + 2 * i, right + 2 * i, third + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, first + i,
                           at_most(n - i, GATES));
}

static void evaluate_jointly(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t start[2], uint64_t first,
                             size_t n) {
    const B s = spread_block(start);
    for (size_t i = 0; i < n; i += GATES)
        evaluate_joint_group(c + 2 * i, a + 2 * i, b + 2 * i, s, first + i, at_most(n - i, GATES));
}
