/* The hash with a key for each tweak, and half-gates made of it; see docs/algorithms/label_hash.md. To be included
 * once by a file that includes labels/fixed_key.h. */

/* How many gates are garbled at once: each has two keys. */
enum { GATES = 2 * LANES };

/* The keys start ^ tweak for the tweaks of the lanes of one register: first, first + step, ... */
static ALWAYS_INLINE B tweaked_keys(B start, uint64_t first, const int step) {
    B tweaks = spread_words(first, 0);
    for (int i = 0; i < step; i++) tweaks = add_words(tweaks, lane_numbers());
    return xor_blocks(start, tweaks);
}

/* keys[v] and keys[2 + v] are those of the first and second half gates of gates first + LANES v, ... */
static ALWAYS_INLINE void keys_of_gates(B keys[4], B start, uint64_t first) {
    const B lanes = add_words(lane_numbers(), lane_numbers()), tweaks = spread_words(2 * first, 0);
    for (int r = 0; r < 4; r++) {
        const B own = add_words(lanes, spread_words((uint64_t)(2 * LANES * (r % 2) + r / 2), 0));
        keys[r] = xor_blocks(start, add_words(tweaks, own));
    }
}

/* Hashes state[4 i + r] with the keys of keys[r], after `linear`, which is a constant where this is inlined. */
static ALWAYS_INLINE void hash_in_place(B *state, const int each, B keys[4], B (*const linear)(B)) {
    B input[8];
    for (int i = 0; i < 4 * each; i++) state[i] = input[i] = linear(state[i]);
    encrypt_rekeyed(state, each, keys);
    for (int i = 0; i < 4 * each; i++) state[i] = xor_blocks(state[i], input[i]);
}

/* The labels of `gates` <= groups GATES gates under the keys of their half gates: of register v, pi(sigma(a0)) in of[0] and
 * pi(sigma(b0)) in of[2] for of = pi + 8 (v / 2) + v % 2, and in of[4] and of[6] those of the other labels, which differ by R;
 * inputs[v] = sigma(a0) ^ sigma(b0). */
static ALWAYS_INLINE void encrypt_pairs(B pi[16], B inputs[4], const uint64_t *a0, const uint64_t *b0, B sigma_R,
                                        B start, uint64_t first, size_t gates, const int groups) {
    B keys[8];
    for (int v = 0; v < 2 * groups; v++) {
        B *of = pi + 8 * (v / 2) + v % 2;
        of[0] = sigma(load_blocks(a0 + 2 * LANES * v, in_register(gates, v)));
        of[2] = sigma(load_blocks(b0 + 2 * LANES * v, in_register(gates, v)));
        of[4] = xor_blocks(of[0], sigma_R);
        of[6] = xor_blocks(of[2], sigma_R);
        inputs[v] = xor_blocks(of[0], of[2]);
    }
    for (int g = 0; g < groups; g++) keys_of_gates(keys + 4 * g, start, first + (uint64_t)(GATES * g));
    encrypt_side_by_side(pi, 2, keys, groups);
}

/* The same of one label of each operand, of = pi + 4 (v / 2) + v % 2. */
static ALWAYS_INLINE void encrypt_operands(B pi[8], B inputs[4], const uint64_t *a, const uint64_t *b, B start,
                                           uint64_t first, size_t gates, const int groups) {
    B keys[8];
    for (int v = 0; v < 2 * groups; v++) {
        B *of = pi + 4 * (v / 2) + v % 2;
        of[0] = sigma(load_blocks(a + 2 * LANES * v, in_register(gates, v)));
        of[2] = sigma(load_blocks(b + 2 * LANES * v, in_register(gates, v)));
        inputs[v] = xor_blocks(of[0], of[2]);
    }
    for (int g = 0; g < groups; g++) keys_of_gates(keys + 4 * g, start, first + (uint64_t)(GATES * g));
    encrypt_side_by_side(pi, 1, keys, groups);
}

/* `gates` <= groups GATES gates. The letters are those of the paper. A hash is pi(s) ^ s for s = sigma of the label: the s
 * of a gate's hashes are added up at once, and the two of one wire differ by sigma(R). */
static ALWAYS_INLINE void garble_groups(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0, B R,
                                        B start, uint64_t first, size_t gates, const int groups) {
    B pi[16], inputs[4];
    const B sigma_R = sigma(R);
    encrypt_pairs(pi, inputs, a0, b0, sigma_R, start, first, gates, groups);
    for (int v = 0; v < 2 * groups; v++) {
        const B *of = pi + 8 * (v / 2) + v % 2;
        const B a = load_blocks(a0 + 2 * LANES * v, in_register(gates, v));
        const M p_a = odd_blocks(a), p_b = odd_blocks(load_blocks(b0 + 2 * LANES * v, in_register(gates, v)));
        const B t_g = xor_where(p_b, xor_three(of[0], of[4], sigma_R), R);
        const B t_e_and_a = xor_three(of[2], of[6], sigma_R);
        const B hashes = xor_three(of[0], of[2], inputs[v]);
        store_pairs(tables + 4 * LANES * v, t_g, xor_blocks(t_e_and_a, a), in_register(gates, v));
        store_blocks(c0 + 2 * LANES * v, in_register(gates, v), xor_where(p_b, xor_where(p_a, hashes, t_g), t_e_and_a));
    }
}

static ALWAYS_INLINE void evaluate_groups(uint64_t *c, const uint64_t *a_labels, const uint64_t *b_labels,
                                          const uint64_t *tables, B start, uint64_t first, size_t gates,
                                          const int groups) {
    B pi[8], inputs[4];
    encrypt_operands(pi, inputs, a_labels, b_labels, start, first, gates, groups);
    for (int v = 0; v < 2 * groups; v++) {
        const B *of = pi + 4 * (v / 2) + v % 2;
        const B a = load_blocks(a_labels + 2 * LANES * v, in_register(gates, v));
        const B b = load_blocks(b_labels + 2 * LANES * v, in_register(gates, v));
        B t_g = load_blocks(tables + 4 * LANES * v, in_register(2 * gates, 2 * v));
        B t_e = load_blocks(tables + 4 * LANES * v + 2 * LANES, in_register(2 * gates, 2 * v + 1));
        part(&t_g, &t_e);
        const B with_t_g = xor_where(odd_blocks(a), xor_three(of[0], of[2], inputs[v]), t_g);
        store_blocks(c + 2 * LANES * v, in_register(gates, v),
                     xor_where(odd_blocks(b), with_t_g, xor_blocks(t_e, a)));
    }
}

static void garble_ands(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0, const uint64_t delta[2],
                        const uint64_t start[2], uint64_t first, size_t n) {
    const B R = spread_block(delta), s = spread_block(start);
    size_t i = 0;
    for (; i + 2 * GATES <= n; i += 2 * GATES)
        garble_groups(tables + 4 * i, c0 + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, first + i, 2 * GATES, 2);
    for (; i < n; i += GATES)
        garble_groups(tables + 4 * i, c0 + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, first + i, at_most(n - i, GATES), 1);
}

static void evaluate_ands(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *tables,
                          const uint64_t start[2], uint64_t first, size_t n) {
    const B s = spread_block(start);
    size_t i = 0;
    for (; i + 2 * GATES <= n; i += 2 * GATES)
        evaluate_groups(c + 2 * i, a + 2 * i, b + 2 * i, tables + 4 * i, s, first + i, 2 * GATES, 2);
    for (; i < n; i += GATES)
        evaluate_groups(c + 2 * i, a + 2 * i, b + 2 * i, tables + 4 * i, s, first + i, at_most(n - i, GATES), 1);
}

/* A label under each of at most KEYS keys. */
static ALWAYS_INLINE void rekeyed_single(uint64_t *out, const uint64_t *x, B start, uint64_t first, size_t n) {
    B keys[4], h[4];
    for (int r = 0; r < 4; r++) {
        keys[r] = tweaked_keys(start, first + (uint64_t)(LANES * r), 1);
        h[r] = load_blocks(x + 2 * LANES * r, in_register(n, r));
    }
    hash_in_place(h, 1, keys, sigma);
    for (int r = 0; r < 4; r++) store_blocks(out + 2 * LANES * r, in_register(n, r), h[r]);
}

/* Two labels under each of at most KEYS keys: h[r] holds the first of each pair, h[4 + r] the second. */
static ALWAYS_INLINE void rekeyed_pairs(uint64_t *out, const uint64_t *x, B start, uint64_t first, size_t n) {
    B keys[4], h[8];
    for (int r = 0; r < 4; r++) {
        keys[r] = tweaked_keys(start, first + (uint64_t)(LANES * r), 1);
        h[r] = load_blocks(x + 4 * LANES * r, in_register(2 * n, 2 * r));
        h[4 + r] = load_blocks(x + 4 * LANES * r + 2 * LANES, in_register(2 * n, 2 * r + 1));
        part(&h[r], &h[4 + r]);
    }
    hash_in_place(h, 2, keys, sigma);
    for (int r = 0; r < 4; r++) store_pairs(out + 4 * LANES * r, h[r], h[4 + r], in_register(n, r));
}

/* Any number of labels under each of at most KEYS keys. */
static void rekeyed_rows(uint64_t *out, const uint64_t *x, B start, uint64_t first, size_t rows, size_t each) {
    B group[4], round_keys[11][4], keys[11];
    for (int r = 0; r < 4; r++) group[r] = tweaked_keys(start, first + (uint64_t)(LANES * r), 1);
    expand_keys(round_keys, group);
    for (size_t row = 0; row < rows; row++) {
        for (int i = 0; i < 11; i++) keys[i] = spread_block((const uint8_t *)round_keys[i] + 16 * row);
        ccr_all(out + 2 * each * row, x + 2 * each * row, keys, each);
    }
}

static void hash_rekeyed(uint64_t *out, const uint64_t *x, const uint64_t start[2], uint64_t first, size_t n,
                         size_t each) {
    const B s = spread_block(start);
    for (size_t i = 0; i < n; i += KEYS) {
        uint64_t *to = out + 2 * each * i;
        const uint64_t *from = x + 2 * each * i;
        const size_t rows = at_most(n - i, KEYS);
        if (each == 1)
            rekeyed_single(to, from, s, first + i, rows);
        else if (each == 2)
            rekeyed_pairs(to, from, s, first + i, rows);
        else
            rekeyed_rows(to, from, s, first + i, rows, each);
    }
}

static void shift_labels(uint64_t *out, const uint64_t *labels, size_t label_step, const uint8_t *bits, size_t bit_step,
                         const uint64_t delta[2], size_t rows, size_t n) {
    const B shift = spread_block(delta);
    for (size_t r = 0; r < rows; r++, out += 2 * n, labels += 2 * label_step, bits += bit_step)
        for (size_t i = 0; i < n; i += LANES) {
            const size_t here = at_most(n - i, LANES);
            const B given = load_blocks(labels + 2 * i, here);
            store_blocks(out + 2 * i, here, xor_blocks(given, where_odd(load_bytes_twice(bits + i, here), shift)));
        }
}
