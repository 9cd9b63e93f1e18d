/* Half-gates of several garblers, one gate after the other. To be included once by labels/portable.c. */

static void add_to(uint64_t *out, size_t i, Label x) { put(out, i, sum(label_at(out, i), x)); }

static void garble_jointly(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0, const uint64_t *b0,
                           const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n) {
    const Label R = label_at(delta, 0);
    uint8_t j[176], j_prime[176];
    for (size_t i = 0; i < n; i++) {
        const Label a = label_at(a0, i), b = label_at(b0, i);
        expand_tweaked(j, start, 2 * (first + i));
        expand_tweaked(j_prime, start, 2 * (first + i) + 1);
        const Label h_a = ccr(a, j), h_b = ccr(b, j_prime);
        add_to(left, i, sum(h_a, ccr(sum(a, R), j)));
        add_to(right, i, sum(h_b, ccr(sum(b, R), j_prime)));
        add_to(third, i, sum(h_a, h_b));
    }
}

static void evaluate_jointly(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t start[2], uint64_t first,
                             size_t n) {
    uint8_t j[176], j_prime[176];
    for (size_t i = 0; i < n; i++) {
        expand_tweaked(j, start, 2 * (first + i));
        expand_tweaked(j_prime, start, 2 * (first + i) + 1);
        add_to(c, i, sum(ccr(label_at(a, i), j), ccr(label_at(b, i), j_prime)));
    }
}
