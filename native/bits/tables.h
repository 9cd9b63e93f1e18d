/* One-hot tables, and what they say of places, for LANES words of lanes at a time. To be included once by a file that
 * includes bits/planes.h. A table is folded by the lowest bit of the places first: what is kept of each block of entries
 * is the sum of those above the place inside of it, the one at the place, and the sum of all. */

enum { DEPTHS = 8 };

/* `there` where the bit is set, `here` elsewhere. */
#define CHOSEN(bit, here, there) ((here) ^ (((here) ^ (there)) & (bit)))

typedef struct {
    Lanes above, equal, sum;
} Block;

static inline __attribute__((always_inline)) Block joined(Block lower, Block upper, Lanes bit) {
    return (Block){CHOSEN(bit, lower.above ^ upper.sum, upper.above), CHOSEN(bit, lower.equal, upper.equal),
                   lower.sum ^ upper.sum};
}

static inline __attribute__((always_inline)) Lanes filled(uint64_t word) { return (Lanes){0} + word; }

/* Row 0 follows from the others: together they are `whole`. */
static inline __attribute__((always_inline)) void load_table(Lanes *entries, const uint64_t *table, size_t step,
                                                             const int depth, int whole, size_t here) {
    Lanes first = filled(whole ? UINT64_MAX : 0);
    for (int v = 1; v < 1 << depth; v++) {
        const uint64_t *row = table + (size_t)(v - 1) * step;
        entries[v] = load_before(row, row + here);
        first ^= entries[v];
    }
    entries[0] = first;
}

/* The sums over all blocks: of tables and places by their lowest bits alone. */
static inline __attribute__((always_inline)) void put_sums(uint64_t *out, size_t out_step, const Block *blocks,
                                                           const int count, size_t here) {
    Lanes above = blocks[0].above, equal = blocks[0].equal;
    for (int i = 1; i < count; i++) {
        above ^= blocks[i].above;
        equal ^= blocks[i].equal;
    }
    store_before(out, out + here, above);
    store_before(out + out_step, out + out_step + here, equal);
}

static inline __attribute__((always_inline)) void compare_lanes(uint64_t *out, size_t out_step, const uint64_t *table,
                                                                size_t step, const uint64_t *places, const int depth,
                                                                int whole, const int from_below, size_t n, size_t here) {
    Lanes entries[1 << DEPTHS];
    Block blocks[1 << (DEPTHS - 1)];
    load_table(entries, table, step, depth, whole, here);
    Lanes bit = load_before(places, places + here);
    for (int i = 0; i < 1 << (depth - 1); i++) {
        const Lanes lower = entries[2 * i], upper = entries[2 * i + 1];
        blocks[i] = (Block){upper & ~bit, CHOSEN(bit, lower, upper), lower ^ upper};
    }
    for (int j = 1; j < depth; j++) {
        if (from_below) put_sums(out + (size_t)(2 * j - 2) * out_step, out_step, blocks, 1 << (depth - j), here);
        bit = load_before(places + (size_t)j * n, places + (size_t)j * n + here);
        for (int i = 0; i < 1 << (depth - 1 - j); i++) blocks[i] = joined(blocks[2 * i], blocks[2 * i + 1], bit);
    }
    put_sums(out + (size_t)(from_below ? 2 * depth - 2 : 0) * out_step, out_step, blocks, 1, here);
}

static inline __attribute__((always_inline)) void compare_of(uint64_t *out, size_t out_step, const uint64_t *table,
                                                             size_t step, const uint64_t *places, const int depth,
                                                             int whole, const int from_below, size_t n) {
    for (size_t i = 0; i < n; i += LANES)
        compare_lanes(out + i, out_step, table + i, step, places + i, depth, whole, from_below, n, at_most(n - i, LANES));
}

static void bit_compare(uint64_t *out, size_t out_step, const uint64_t *table, size_t step, const uint64_t *places,
                        size_t depth, int whole, int from_below, size_t n) {
    if (from_below) return compare_of(out, out_step, table, step, places, (int)depth, whole, 1, n);
    switch (depth) {
        case 2: return compare_of(out, out_step, table, step, places, 2, whole, 0, n);
        case 3: return compare_of(out, out_step, table, step, places, 3, whole, 0, n);
        case 4: return compare_of(out, out_step, table, step, places, 4, whole, 0, n);
        default: return compare_of(out, out_step, table, step, places, (int)depth, whole, 0, n);
    }
}

static inline __attribute__((always_inline)) void one_hot_lanes(uint64_t *out, const uint64_t *places, const int depth,
                                                                size_t first, size_t n, size_t here) {
    Lanes entries[1 << DEPTHS];
    entries[0] = filled(UINT64_MAX);
    for (int j = 0; j < depth; j++) {
        const Lanes bit = load_before(places + (size_t)j * n, places + (size_t)j * n + here);
        for (int v = 0; v < 1 << j; v++) {
            entries[v + (1 << j)] = entries[v] & bit;
            entries[v] &= ~bit;
        }
    }
    for (size_t v = first; v < (size_t)1 << depth; v++) {
        uint64_t *row = out + (v - first) * n;
        store_before(row, row + here, entries[v]);
    }
}

static inline __attribute__((always_inline)) void one_hot_of(uint64_t *out, const uint64_t *places, const int depth,
                                                             size_t first, size_t n) {
    for (size_t i = 0; i < n; i += LANES) one_hot_lanes(out + i, places + i, depth, first, n, at_most(n - i, LANES));
}

static void bit_one_hot(uint64_t *out, const uint64_t *places, size_t depth, size_t first, size_t n) {
    switch (depth) {
        case 3: return one_hot_of(out, places, 3, first, n);
        case 4: return one_hot_of(out, places, 4, first, n);
        default: return one_hot_of(out, places, (int)depth, first, n);
    }
}
