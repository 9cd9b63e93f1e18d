/* Three halves of a label for each AND: Rosulek, Roy, "Three Halves Make a Whole?", CRYPTO 2021; see
 * docs/algorithms/three_halves.md, which has the letters. To be included once by a file that includes
 * labels/half_gates.h.
 *
 * The words of a label are the coefficients of 1 and w of an element over F_4: sigma is the product by w. */

/* How many gates are computed at once: each of a gate's three hashes has a key of its own. */
enum { SLICED = KEYS };

/* s x, where the lowest bits of the words of s are an element of F_4. */
static ALWAYS_INLINE B scaled(B s, B x) {
    return xor_blocks(where_odd(low_words(s, s), x), where_odd(high_words(s, s), sigma(x)));
}

/* Hashes state[4 i + r], whose lanes are of gates first + LANES r, ..., with tweak `which` of each gate. */
static ALWAYS_INLINE void hash_slices(B *state, const int each, B start, uint64_t first, int which) {
    B keys[4];
    for (int r = 0; r < 4; r++)
        keys[r] = tweaked_keys(start, 3 * (first + (uint64_t)(LANES * r)) + (uint64_t)which, 3);
    hash_in_place(state, each, keys, sigma_in_words);
}

/* What is hashed of LANES gates: the labels of colour 0, or those that the evaluator has, of the operands and of
 * their sum; their hashes; for the garbler, their hashes ^ those of the other labels. */
typedef struct {
    B label[3][4], hash[3][4], change[3][4];
} Slices;

static ALWAYS_INLINE void hash_both(Slices *of, B R, B start, uint64_t first) {
    for (int which = 0; which < 3; which++) {
        B h[8];
        for (int v = 0; v < 4; v++) {
            h[v] = of->label[which][v];
            h[4 + v] = xor_blocks(h[v], R);
        }
        hash_slices(h, 2, start, first, which);
        for (int v = 0; v < 4; v++) {
            of->hash[which][v] = h[v];
            of->change[which][v] = xor_blocks(h[v], h[4 + v]);
        }
    }
}

/* The five control bits of each lane, in the lower word. */
static ALWAYS_INLINE B control_bits(B c, B c_sum, B s, B hash_left, B hash_right, B change_a, B change_b,
                                    B change_sum) {
    const B of_s = xor_blocks(s, high_words(hash_left, hash_right));
    const B of_c = xor_blocks(c, high_words(change_a, change_b));
    const B of_sum = xor_blocks(c_sum, high_words(change_sum, change_sum));
    const B bits = xor_blocks(where_odd(of_s, spread_words(1, 2)), where_odd(of_c, spread_words(4, 8)));
    const B all = xor_blocks(bits, where_odd(of_sum, spread_words(16, 0)));
    return xor_blocks(all, high_words(all, all));
}

/* `gates` <= SLICED gates. */
static ALWAYS_INLINE void garble_sliced(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *c0,
                                        const uint64_t *a0_labels, const uint64_t *b0_labels, B R, B start,
                                        const uint8_t *dice, uint64_t first, size_t gates) {
    B a0[4], b0[4];
    Slices of;
    for (int v = 0; v < 4; v++) {
        a0[v] = load_blocks(a0_labels + 2 * LANES * v, in_register(gates, v));
        b0[v] = load_blocks(b0_labels + 2 * LANES * v, in_register(gates, v));
        of.label[0][v] = xor_blocks(a0[v], if_odd(a0[v], R));
        of.label[1][v] = xor_blocks(b0[v], if_odd(b0[v], R));
        of.label[2][v] = xor_blocks(of.label[0][v], of.label[1][v]);
    }
    hash_both(&of, R, start, first);
    for (int v = 0; v < 4; v++) {
        const size_t here = in_register(gates, v);
        const B s = shift_words(load_bytes_twice(dice + LANES * v, here), 0, 1);
        const B c = low_words(a0[v], b0[v]), c_sum = xor_blocks(a0[v], b0[v]);
        const B S = of.label[2][v], U = xor_blocks(S, sigma(of.label[0][v])), other_S = xor_blocks(S, R);
        const B left = xor_blocks(of.hash[0][v], of.hash[2][v]), right = xor_blocks(of.hash[1][v], of.hash[2][v]);
        const B C = xor_blocks(low_words(left, right), scaled(s, U));
        const B k = xor_blocks(sigma(s), low_words(a0[v], c_sum));
        const B of_pair = xor_blocks(xor_blocks(scaled(c, U), scaled(k, R)), other_S);
        const B m = xor_blocks(s, low_words(b0[v], a0[v])), c_w2 = low_words(c_sum, a0[v]);
        const B of_third = xor_blocks(xor_blocks(where_odd(c_w2, U), where_odd(m, R)), other_S);
        const B third = xor_blocks(of_third, high_words(of_third, of_third));
        store_blocks(c0 + 2 * LANES * v, here, xor_blocks(C, if_odd(a0[v], if_odd(b0[v], R))));
        store_blocks(pairs + 2 * LANES * v, here,
                     xor_blocks(low_words(of.change[0][v], of.change[1][v]), of_pair));
        store_lower_words(thirds + LANES * v, here, xor_blocks(of.change[2][v], third));
        store_lower_bytes(controls + LANES * v, here,
                          control_bits(c, c_sum, s, left, right, of.change[0][v], of.change[1][v], of.change[2][v]));
    }
}

static ALWAYS_INLINE void evaluate_sliced(uint64_t *out, const uint64_t *a_labels, const uint64_t *b_labels,
                                          const uint64_t *pairs, const uint64_t *thirds, const uint8_t *controls,
                                          B start, uint64_t first, size_t gates) {
    Slices of;
    for (int v = 0; v < 4; v++) {
        of.label[0][v] = load_blocks(a_labels + 2 * LANES * v, in_register(gates, v));
        of.label[1][v] = load_blocks(b_labels + 2 * LANES * v, in_register(gates, v));
        of.label[2][v] = xor_blocks(of.label[0][v], of.label[1][v]);
    }
    for (int which = 0; which < 3; which++) {
        for (int v = 0; v < 4; v++) of.hash[which][v] = of.label[which][v];
        hash_slices(of.hash[which], 1, start, first, which);
    }
    for (int v = 0; v < 4; v++) {
        const size_t here = in_register(gates, v);
        const B A = of.label[0][v], b = of.label[1][v], S = of.label[2][v], colours = low_words(A, b);
        const B pair = load_blocks(pairs + 2 * LANES * v, here), third = load_words_twice(thirds + LANES * v, here);
        const B z = load_bytes_twice(controls + LANES * v, here);
        const B left = xor_blocks(of.hash[0][v], of.hash[2][v]), right = xor_blocks(of.hash[1][v], of.hash[2][v]);
        const B z_row = xor_blocks(where_odd(colours, shift_words(z, 2, 3)), if_odd(S, shift_words(z, 4, 4)));
        const B s = xor_blocks(high_words(left, right), xor_blocks(shift_words(z, 0, 1), z_row));
        const B g_row = xor_blocks(where_odd(colours, pair), if_odd(S, third));
        const B by_colours = xor_blocks(if_odd(b, S), if_odd(S, sigma(S)));
        const B by_dice = scaled(s, xor_blocks(S, sigma(A)));
        store_blocks(out + 2 * LANES * v, here,
                     xor_blocks(xor_blocks(low_words(left, right), g_row), xor_blocks(by_colours, by_dice)));
    }
}

static void garble_three_halves(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *c0, const uint64_t *a0,
                                const uint64_t *b0, const uint64_t delta[2], const uint64_t start[2],
                                const uint8_t *dice, uint64_t first, size_t n) {
    const B R = spread_block(delta), s = spread_block(start);
    size_t i = 0;
    for (; i + SLICED <= n; i += SLICED)
        garble_sliced(pairs + 2 * i, thirds + i, controls + i, c0 + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, dice + i,
                      first + i, SLICED);
    if (i < n)
        garble_sliced(pairs + 2 * i, thirds + i, controls + i, c0 + 2 * i, a0 + 2 * i, b0 + 2 * i, R, s, dice + i,
                      first + i, n - i);
}

static void evaluate_three_halves(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *pairs,
                                  const uint64_t *thirds, const uint8_t *controls, const uint64_t start[2],
                                  uint64_t first, size_t n) {
    const B s = spread_block(start);
    size_t i = 0;
    for (; i + SLICED <= n; i += SLICED)
        evaluate_sliced(c + 2 * i, a + 2 * i, b + 2 * i, pairs + 2 * i, thirds + i, controls + i, s, first + i, SLICED);
    if (i < n)
        evaluate_sliced(c + 2 * i, a + 2 * i, b + 2 * i, pairs + 2 * i, thirds + i, controls + i, s, first + i, n - i);
}
