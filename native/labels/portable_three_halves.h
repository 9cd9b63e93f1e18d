/* Three halves of a label for each AND, one gate after the other: Rosulek, Roy, CRYPTO 2021, with the letters of
 * docs/algorithms/three_halves.md. To be included once by portable.c.
 *
 * Labels are vectors over F_4 = {0, 1, w, w^2}, as which (low, high) is low + w high: sigma is the product by w. Of an
 * element of F_4 itself the lowest bits of the two words count. */

static Label times(uint64_t bit, Label x) {
    const uint64_t mask = 0 - (bit & 1);
    return (Label){x.low & mask, x.high & mask};
}

static Label scaled(Label s, Label x) { return sum(times(s.low, x), times(s.high, sigma(x))); }

/* Each word of x where the lowest bit of the same word of s is one, else zero. */
static Label by_words(Label s, Label x) { return (Label){times(s.low, x).low, times(s.high, x).high}; }

static Label lower_words(Label x, Label y) { return (Label){x.low, y.low}; }

static Label upper_words(Label x, Label y) { return (Label){x.high, y.high}; }

/* sigma of the halves of one word. */
static uint64_t sigma_of_word(uint64_t x) { return x << 32 ^ x >> 32 ^ (x >> 32 << 32); }

/* The hash of one of the three labels of a gate. Its lower word masks halves of labels, the next bit control bits. */
static Label sliced_hash(Label x, const uint64_t start[2], uint64_t gate, uint64_t which) {
    const Label input = {sigma_of_word(x.low), sigma_of_word(x.high)};
    uint8_t round_keys[176];
    expand_tweaked(round_keys, start, 3 * gate + which);
    return sum(pi(input, round_keys), input);
}

static Label dice_of(uint8_t byte) { return (Label){byte, byte >> 1}; }

static void garble_three_halves(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *c0, const uint64_t *a0,
                                const uint64_t *b0, const uint64_t delta[2], const uint64_t start[2],
                                const uint8_t *dice, uint64_t first, size_t n) {
    const Label R = label_at(delta, 0);
    for (size_t i = 0; i < n; i++) {
        const Label a = label_at(a0, i), b = label_at(b0, i), s = dice_of(dice[i]);
        const Label c = {a.low & 1, b.low & 1}, c_w2 = {c.low ^ c.high, c.low};
        const Label x[3] = {sum(a, times(c.low, R)), sum(b, times(c.high, R)), sum(sum(a, b), times(c_w2.low, R))};
        Label h[3], change[3];
        for (uint64_t k = 0; k < 3; k++) {
            h[k] = sliced_hash(x[k], start, first + i, k);
            change[k] = sum(h[k], sliced_hash(sum(x[k], R), start, first + i, k));
        }
        const Label left = sum(h[0], h[2]), right = sum(h[1], h[2]);
        const Label S = x[2], other_S = sum(S, R), U = sum(S, sigma(x[0]));
        const Label k = sum(sigma(s), (Label){c.low, c_w2.low}), m = sum(s, (Label){c.high, c.low});
        const Label of_pair = sum(sum(scaled(c, U), scaled(k, R)), other_S);
        const Label of_third = sum(sum(by_words(c_w2, U), by_words(m, R)), other_S);
        put(c0, i, sum(sum(lower_words(left, right), scaled(s, U)), times(c.low & c.high, R)));
        put(pairs, i, sum(lower_words(change[0], change[1]), of_pair));
        thirds[i] = change[2].low ^ of_third.low ^ of_third.high;
        const Label z_s = sum(s, upper_words(left, right)), z_c = sum(c, upper_words(change[0], change[1]));
        controls[i] = (uint8_t)((z_s.low & 1) | (z_s.high & 1) << 1 | (z_c.low & 1) << 2 | (z_c.high & 1) << 3 |
                                ((c_w2.low ^ change[2].high) & 1) << 4);
    }
}

static void evaluate_three_halves(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *pairs,
                                  const uint64_t *thirds, const uint8_t *controls, const uint64_t start[2],
                                  uint64_t first, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const Label A = label_at(a, i), B = label_at(b, i), S = sum(A, B), pair = label_at(pairs, i);
        const Label h_S = sliced_hash(S, start, first + i, 2);
        const Label left = sum(sliced_hash(A, start, first + i, 0), h_S);
        const Label right = sum(sliced_hash(B, start, first + i, 1), h_S);
        const uint64_t z = controls[i], third = thirds[i] & (0 - (S.low & 1)), z_third = z >> 4 & S.low;
        const Label s = sum(upper_words(left, right), (Label){z ^ (z >> 2 & A.low) ^ z_third,
                                                              z >> 1 ^ (z >> 3 & B.low) ^ z_third});
        const Label row = sum(by_words((Label){A.low, B.low}, pair), (Label){third, third});
        const Label by_colours = sum(times(B.low, S), times(S.low, sigma(S)));
        put(c, i, sum(sum(lower_words(left, right), row), sum(by_colours, scaled(s, sum(S, sigma(A))))));
    }
}
