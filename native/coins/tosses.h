/* Coins in registers V of `PER_LINE` to a group, for a file that has opened its instruction set and defined decided(). */

/* One group of lanes of one coin. */
static inline void toss_group(uint64_t *out, uint64_t *tied, uint64_t probability, const uint64_t *tape, size_t depth) {
    V below[PER_LINE], same[PER_LINE];
    for (size_t i = 0; i < PER_LINE; i++) {
        below[i] = spread(0);
        same[i] = spread(UINT64_MAX);
    }
    for (size_t digit = 0; digit < depth; digit++, tape += PARLEY_COIN_WORDS) {
        const V one = spread(0 - (probability >> (63 - digit) & 1));
        for (size_t i = 0; i < PER_LINE; i++) {
            const V drawn = load(tape + i * PARLEY_COIN_WORDS / PER_LINE);
            below[i] = with_first_difference(below[i], same[i], one, drawn);
            same[i] = while_same(same[i], one, drawn);
        }
    }
    for (size_t i = 0; i < PER_LINE; i++) {
        store(out + i * PARLEY_COIN_WORDS / PER_LINE, below[i]);
        store(tied + i * PARLEY_COIN_WORDS / PER_LINE, same[i]);
    }
}

static void toss(uint64_t *out, uint64_t *tied, const uint64_t *probabilities, const uint64_t *tape, size_t coins,
                 size_t depth, size_t groups) {
    for (size_t coin = 0; coin < coins; coin++)
        for (size_t group = 0; group < groups; group++) {
            toss_group(out, tied, probabilities[coin], tape, depth);
            out += PARLEY_COIN_WORDS, tied += PARLEY_COIN_WORDS, tape += depth * PARLEY_COIN_WORDS;
        }
}
