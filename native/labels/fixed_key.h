/* Hashes and trees under fixed keys. To be included once by a file that includes aes/blocks_LEVEL.h and
 * aes/rekeyed.h. */

enum { GROUP = 8 };

static ALWAYS_INLINE void load_round_keys(B keys[11], const uint8_t round_keys[176]) {
    for (int i = 0; i < 11; i++) keys[i] = spread_block(round_keys + 16 * i);
}

/* `registers` is a constant where this is inlined. */
static ALWAYS_INLINE void encrypt(B *state, const int registers, const B keys[11]) {
    for (int v = 0; v < registers; v++) state[v] = xor_blocks(state[v], keys[0]);
    for (int round = 1; round < 10; round++)
        for (int v = 0; v < registers; v++) state[v] = aes_round(state[v], keys[round]);
    for (int v = 0; v < registers; v++) state[v] = aes_last_round(state[v], keys[10]);
}

/* A function of `count` labels, and of the tweak of the first, that fill `registers` registers. */
#define STEP(name)                                                                                           \
    static ALWAYS_INLINE void name(uint64_t *out, const uint64_t *x, const B *keys, uint64_t first,          \
                                   const int registers, size_t count)

/* All n labels: full groups, then one register at a time. `out_words`: words of the result for one label. */
#define ALL(step, out_words)                                                                                      \
    size_t i = 0;                                                                                                 \
    for (; i + GROUP * LANES <= n; i += GROUP * LANES)                                                            \
        step(out + (out_words) * i, x + 2 * i, keys, first + i, GROUP, GROUP * LANES);                            \
    for (; i < n; i += LANES) step(out + (out_words) * i, x + 2 * i, keys, first + i, 1, at_most(n - i, LANES))

STEP(cr_step) {
    (void)first;
    B input[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++)
        state[v] = input[v] = load_blocks(x + 2 * LANES * v, in_register(count, v));
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++)
        store_blocks(out + 2 * LANES * v, in_register(count, v), xor_blocks(state[v], input[v]));
}

STEP(ccr_step) {
    (void)first;
    B input[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++)
        state[v] = input[v] = sigma(load_blocks(x + 2 * LANES * v, in_register(count, v)));
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++)
        store_blocks(out + 2 * LANES * v, in_register(count, v), xor_blocks(state[v], input[v]));
}

STEP(tccr_step) {
    B inner[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++) inner[v] = load_blocks(x + 2 * LANES * v, in_register(count, v));
    encrypt(inner, registers, keys);
    for (int v = 0; v < registers; v++) {
        const B tweaks = add_words(lane_numbers(), spread_words(first + (uint64_t)(LANES * v), 0));
        state[v] = xor_blocks(inner[v], tweaks);
    }
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++)
        store_blocks(out + 2 * LANES * v, in_register(count, v), xor_blocks(state[v], inner[v]));
}

/* Stores 2 * count blocks: left[v], right[v] of one lane side by side. */
static ALWAYS_INLINE void store_pairs(uint64_t *out, B left, B right, size_t count) {
    interleave(&left, &right);
    store_blocks(out, in_register(2 * count, 0), left);
    store_blocks(out + 2 * LANES, in_register(2 * count, 1), right);
}

STEP(tree_step) {
    (void)first;
    B input[GROUP], left[GROUP], right[GROUP];
    for (int v = 0; v < registers; v++)
        left[v] = right[v] = input[v] = sigma(load_blocks(x + 2 * LANES * v, in_register(count, v)));
    encrypt(left, registers, keys);
    encrypt(right, registers, keys + 11);
    for (int v = 0; v < registers; v++)
        store_pairs(out + 4 * LANES * v, xor_blocks(left[v], input[v]), xor_blocks(right[v], input[v]),
                    in_register(count, v));
}

STEP(half_tree_step) {
    (void)first;
    B seed[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++) {
        seed[v] = load_blocks(x + 2 * LANES * v, in_register(count, v));
        state[v] = sigma(seed[v]);
    }
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++) {
        const B h = xor_blocks(state[v], sigma(seed[v]));
        store_pairs(out + 4 * LANES * v, h, xor_blocks(seed[v], h), in_register(count, v));
    }
}

static void hash_cr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    const uint64_t first = 0;
    B keys[11];
    load_round_keys(keys, round_keys);
    ALL(cr_step, 2);
}

static ALWAYS_INLINE void ccr_all(uint64_t *out, const uint64_t *x, const B keys[11], size_t n) {
    const uint64_t first = 0;
    ALL(ccr_step, 2);
}

static void hash_ccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    B keys[11];
    load_round_keys(keys, round_keys);
    ccr_all(out, x, keys, n);
}

static void hash_tccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], uint64_t first, size_t n) {
    B keys[11];
    load_round_keys(keys, round_keys);
    ALL(tccr_step, 2);
}

static void tree_level(uint64_t *out, const uint64_t *x, const uint8_t round_keys[2 * 176], size_t n) {
    const uint64_t first = 0;
    B keys[22];
    load_round_keys(keys, round_keys);
    load_round_keys(keys + 11, round_keys + 176);
    ALL(tree_step, 4);
}

static void half_tree_level(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    const uint64_t first = 0;
    B keys[11];
    load_round_keys(keys, round_keys);
    ALL(half_tree_step, 4);
}
