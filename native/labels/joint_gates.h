/* Half-gates of several garblers, as docs/protocols/bmr.md has them: hashes of labels that are added to shares. To be
 * included once by a file that includes labels/half_gates.h. */

static ALWAYS_INLINE void add_to(uint64_t *out, size_t count, B x) {
    store_blocks(out, count, xor_blocks(load_blocks(out, count), x));
}

/* `gates` <= groups GATES gates. As in garble_groups: the hashes of the labels of one wire differ by sigma(R) outside pi. */
static ALWAYS_INLINE void garble_joint_groups(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0,
                                              const uint64_t *b0, B R, B start, uint64_t first, size_t gates,
                                              const int groups) {
    B pi[16], inputs[4];
    const B sigma_R = sigma(R);
    encrypt_pairs(pi, inputs, a0, b0, sigma_R, start, first, gates, groups);
    for (int v = 0; v < 2 * groups; v++) {
        const B *of = pi + 8 * (v / 2) + v % 2;
        const size_t place = (size_t)(2 * LANES * v), here = in_register(gates, v);
        add_to(left + place, here, xor_three(of[0], of[4], sigma_R));
        add_to(right + place, here, xor_three(of[2], of[6], sigma_R));
        add_to(third + place, here, xor_three(of[0], of[2], inputs[v]));
    }
}

static ALWAYS_INLINE void evaluate_joint_groups(uint64_t *c, const uint64_t *a, const uint64_t *b, B start,
                                                uint64_t first, size_t gates, const int groups) {
    B pi[8], inputs[4];
    encrypt_operands(pi, inputs, a, b, start, first, gates, groups);
    for (int v = 0; v < 2 * groups; v++) {
        const B *of = pi + 4 * (v / 2) + v % 2;
        add_to(c + 2 * LANES * v, in_register(gates, v), xor_three(of[0], of[2], inputs[v]));
    }
}

static void garble_jointly(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0, const uint64_t *b0,
                           const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n) {
    const B R = spread_block(delta), s = spread_block(start);
    size_t i = 0;
    for (; i + 2 * GATES <= n; i += 2 * GATES)
        garble_joint_groups(left + 2 * i, right + 2 * i, third + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, first + i,
                            2 * GATES, 2);
    for (; i < n; i += GATES)
        garble_joint_groups(left + 2 * i, right + 2 * i, third + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, first + i,
                            at_most(n - i, GATES), 1);
}

static void evaluate_jointly(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t start[2], uint64_t first,
                             size_t n) {
    const B s = spread_block(start);
    size_t i = 0;
    for (; i + 2 * GATES <= n; i += 2 * GATES)
        evaluate_joint_groups(c + 2 * i, a + 2 * i, b + 2 * i, s, first + i, 2 * GATES, 2);
    for (; i < n; i += GATES)
        evaluate_joint_groups(c + 2 * i, a + 2 * i, b + 2 * i, s, first + i, at_most(n - i, GATES), 1);
}
