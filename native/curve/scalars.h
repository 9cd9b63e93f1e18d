/* Scalars as signed digits, and multiples of points by such digits without a look at them. Over curve/points.h. */

/* A scalar plus 8 (1 + 16 + ... + 16^63): its digits of four bits are those of the scalar plus 8, from -8 to 7. Below
 * 2^256, for scalars below 2^254. */
typedef struct {
    W w[4];
} Digits;

static inline W carry_of(W a, W b, W sum) { return opaque(((a & b) | ((a | b) & ~sum)) >> 63); }

static inline Digits digits_of(const W scalar[4]) {
    const W eights = constant(0x8888888888888888);
    Digits out;
    W carry = constant(0);
    for (int i = 0; i < 4; i++) {
        const W sum = scalar[i] + eights + carry;
        carry = carry_of(scalar[i], eights, sum);
        out.w[i] = sum;
    }
    return out;
}

/* A digit's magnitude, up to 8, and the mask of where it is below zero. */
typedef struct {
    W magnitude, negative;
} Digit;

static inline Digit digit_at(const Digits *digits, size_t i) {
    const W digit = (digits->w[i / 16] >> (i % 16 * 4) & constant(15)) - constant(8);
    const W negative = opaque(constant(0) - (digit >> 63));
    return (Digit){(digit ^ negative) - negative, negative};
}

/* The digit times a point, of its multiples by 1 to CURVE_MULTIPLES. */
static inline C selected_multiple(const C multiples[CURVE_MULTIPLES], Digit digit) {
    C found = c_neutral();
    for (int i = 0; i < CURVE_MULTIPLES; i++)
        found = c_choose(zero_mask(digit.magnitude ^ constant((uint64_t)i + 1)), multiples[i], found);
    return c_negate(digit.negative, found);
}

static void make_multiples(C multiples[CURVE_MULTIPLES], P a) {
    const C once = cached(a);
    multiples[0] = once;
    for (int i = 1; i < CURVE_MULTIPLES; i++) {
        a = i == 1 ? p_double(a, 1) : p_add(a, once);
        multiples[i] = cached(a);
    }
}
