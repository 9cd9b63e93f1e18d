/* Elements of ristretto255 as bytes, and from uniform bits, with the letters of RFC 9496. Over curve/points.h. */

static const uint64_t D[5] = {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff};
static const uint64_t SQRT_M1[5] = {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d};
static const uint64_t SQRT_AD_MINUS_ONE[5] = {0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498,
                                              0x376931bf2b834};
static const uint64_t INVSQRT_A_MINUS_D[5] = {0x0fdaa805d40ea, 0x2eb482e57d339, 0x007610274bc58, 0x6510b613dc8ff,
                                              0x786c8905cfaff};
static const uint64_t ONE_MINUS_D_SQ[5] = {0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x06bccca55eedf,
                                           0x029072a8b2b3e};
static const uint64_t D_MINUS_ONE_SQ[5] = {0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9,
                                           0x5968b37af66c2};

/* Section 4.2: root = sqrt(u / v), never negative, and the mask of where u / v is a square; where not, root is
 * sqrt(SQRT_M1 u / v). */
static W sqrt_ratio(F *root, F u, F v) {
    const F v3 = f_mul(f_square(v), v), v7 = f_mul(f_square(v3), v);
    const F r = f_mul(f_mul(u, v3), f_power_for_root(f_mul(u, v7)));
    const F check = f_mul(v, f_square(r)), i = f_constant(SQRT_M1), minus_u = f_neg(u);
    const W correct = f_equal_mask(check, u), flipped = f_equal_mask(check, minus_u);
    const W flipped_i = f_equal_mask(check, f_mul(minus_u, i));
    *root = f_absolute(f_choose(flipped | flipped_i, f_mul(r, i), r));
    return correct | flipped;
}

/* Section 4.3.1; the mask of what is an encoding. */
static W decoded(P *out, const W words[4]) {
    const F s = f_load(words), one = f_small(1);
    W again[4];
    f_words(again, s);
    const W differs = (words[0] ^ again[0]) | (words[1] ^ again[1]) | (words[2] ^ again[2]) | (words[3] ^ again[3]);
    const F ss = f_square(s), u1 = f_sub(one, ss), u2 = f_add(one, ss), u2_sqr = f_square(u2);
    const F v = f_sub(f_neg(f_mul(f_constant(D), f_square(u1))), u2_sqr);
    F invsqrt;
    const W was_square = sqrt_ratio(&invsqrt, one, f_mul(v, u2_sqr));
    const F den_x = f_mul(invsqrt, u2), den_y = f_mul(f_mul(invsqrt, den_x), v);
    const F x = f_absolute(f_mul(f_add(s, s), den_x)), y = f_mul(u1, den_y), t = f_mul(x, y);
    const W good = zero_mask(differs) & ~f_negative_mask(s) & was_square & ~f_negative_mask(t) & ~f_zero_mask(y);
    const P neutral = p_neutral();
    *out = (P){f_choose(good, x, neutral.x), f_choose(good, y, neutral.y), one, f_choose(good, t, neutral.t)};
    return good;
}

/* Section 4.3.2. */
static void encoded(W words[4], P a) {
    const F u1 = f_mul(f_add(a.z, a.y), f_sub(a.z, a.y)), u2 = f_mul(a.x, a.y);
    F invsqrt;
    sqrt_ratio(&invsqrt, f_small(1), f_mul(u1, f_square(u2)));
    const F den1 = f_mul(invsqrt, u1), den2 = f_mul(invsqrt, u2), z_inv = f_mul(f_mul(den1, den2), a.t);
    const F ix = f_mul(a.x, f_constant(SQRT_M1)), iy = f_mul(a.y, f_constant(SQRT_M1));
    const W rotate = f_negative_mask(f_mul(a.t, z_inv));
    const F x = f_choose(rotate, iy, a.x);
    const F den_inv = f_choose(rotate, f_mul(den1, f_constant(INVSQRT_A_MINUS_D)), den2);
    F y = f_choose(rotate, ix, a.y);
    y = f_choose(f_negative_mask(f_mul(x, z_inv)), f_neg(y), y);
    f_words(words, f_absolute(f_mul(den_inv, f_sub(a.z, y))));
}

/* Section 4.3.4: the function MAP. */
static P mapped(F t) {
    const F one = f_small(1), minus_one = f_neg(one), d = f_constant(D);
    const F r = f_mul(f_constant(SQRT_M1), f_square(t)), u = f_mul(f_add(r, one), f_constant(ONE_MINUS_D_SQ));
    const F v = f_mul(f_sub(minus_one, f_mul(r, d)), f_add(r, d));
    F s;
    const W was_square = sqrt_ratio(&s, u, v);
    s = f_choose(was_square, s, f_neg(f_absolute(f_mul(s, t))));
    const F c = f_choose(was_square, minus_one, r);
    const F n = f_sub(f_mul(f_mul(c, f_sub(r, one)), f_constant(D_MINUS_ONE_SQ)), v), ss = f_square(s);
    const F w0 = f_mul(f_add(s, s), v), w1 = f_mul(n, f_constant(SQRT_AD_MINUS_ONE));
    const F w2 = f_sub(one, ss), w3 = f_add(one, ss);
    return (P){f_mul(w0, w3), f_mul(w2, w1), f_mul(w1, w3), f_mul(w0, w2)};
}

/* Section 4.5: the mask of where a and b are one element. */
static W equal_mask(P a, P b) {
    return f_equal_mask(f_mul(a.x, b.y), f_mul(a.y, b.x)) | f_equal_mask(f_mul(a.y, b.y), f_mul(a.x, b.x));
}
