/* Numbers modulo p = 2^255 - 19 as five digits of radix 2^51, one number or eight side by side.
 *
 * The file that includes this has the word W, an unsigned integer or a vector of them with C's operators, and
 *     constant(w)    w in every lane
 *     opaque(w)      w, of which the compiler forgets what it knows
 *     LANES          how many words there are in W
 *
 * Digits of an F are below 2^51 + 2^16 wherever it enters or leaves a function: products of 52 bits take them as they
 * are, and 2 p has no digit below one of them. A mask is all ones or zero, in each lane.
 */

typedef struct {
    W d[5];
} F;

#define LOW51 (((uint64_t)1 << 51) - 1)

static inline W zero_mask(W w) { return opaque(((w | (constant(0) - w)) >> 63) - constant(1)); }
static inline W choose_word(W mask, W a, W b) { return b ^ (mask & (a ^ b)); }

/* Carries of all digits at once; digits are below 2^61. */
static inline F f_carry(F a) {
    W carry[5];
    for (int i = 0; i < 5; i++) carry[i] = a.d[i] >> 51;
    for (int i = 0; i < 5; i++) a.d[i] &= constant(LOW51);
    for (int i = 1; i < 5; i++) a.d[i] += carry[i - 1];
    a.d[0] += carry[4] + (carry[4] << 1) + (carry[4] << 4);
    return a;
}

static inline F f_add(F a, F b) {
    for (int i = 0; i < 5; i++) a.d[i] += b.d[i];
    return f_carry(a);
}

static inline F f_sub(F a, F b) {
    a.d[0] += constant(2 * LOW51 - 36) - b.d[0]; /* 2 p has the digits 2^52 - 38 and four times 2^52 - 2 */
    for (int i = 1; i < 5; i++) a.d[i] += constant(2 * LOW51) - b.d[i];
    return f_carry(a);
}

static inline F f_small(uint64_t value) {
    return (F){{constant(value), constant(0), constant(0), constant(0), constant(0)}};
}

static inline F f_neg(F a) { return f_sub(f_small(0), a); }

static inline F f_choose(W mask, F a, F b) {
    for (int i = 0; i < 5; i++) a.d[i] = choose_word(mask, a.d[i], b.d[i]);
    return a;
}

static inline F f_constant(const uint64_t digits[5]) {
    F a;
    for (int i = 0; i < 5; i++) a.d[i] = constant(digits[i]);
    return a;
}

/* A number of four words, its highest bit left out. */
static inline F f_load(const W w[4]) {
    const W low = constant(LOW51);
    return (F){{w[0] & low, (w[0] >> 51 | w[1] << 13) & low, (w[1] >> 38 | w[2] << 26) & low,
                (w[2] >> 25 | w[3] << 39) & low, w[3] >> 12 & low}};
}

static inline F carry_in_turn(F a) {
    for (int i = 0; i < 4; i++) {
        a.d[i + 1] += a.d[i] >> 51;
        a.d[i] &= constant(LOW51);
    }
    return a;
}

/* The same number below p, digits below 2^51. What is left after one turn is below 2^255 + 2^6, so p goes into it at most
 * once: it does where adding 19 carries out of the highest digit. */
static inline F f_canonical(F a) {
    a = carry_in_turn(f_carry(a));
    a = carry_in_turn(f_carry(a));
    W over = (a.d[0] + constant(19)) >> 51;
    for (int i = 1; i < 5; i++) over = (a.d[i] + over) >> 51;
    a.d[0] += over + (over << 1) + (over << 4);
    a = carry_in_turn(a);
    a.d[4] &= constant(LOW51);
    return a;
}

static inline void f_words(W w[4], F a) {
    a = f_canonical(a);
    w[0] = a.d[0] | a.d[1] << 51;
    w[1] = a.d[1] >> 13 | a.d[2] << 38;
    w[2] = a.d[2] >> 26 | a.d[3] << 25;
    w[3] = a.d[3] >> 39 | a.d[4] << 12;
}

static inline W f_zero_mask(F a) {
    a = f_canonical(a);
    return zero_mask(a.d[0] | a.d[1] | a.d[2] | a.d[3] | a.d[4]);
}

static inline W f_equal_mask(F a, F b) { return f_zero_mask(f_sub(a, b)); }

/* RFC 9496 calls a number negative when it is odd. */
static inline W f_negative_mask(F a) { return opaque(constant(0) - (f_canonical(a).d[0] & constant(1))); }

static inline F f_absolute(F a) { return f_choose(f_negative_mask(a), f_neg(a), a); }
