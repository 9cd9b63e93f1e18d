/* Sums of points, after Hisil, Wong, Carter, Dawson, "Twisted Edwards curves revisited", ASIACRYPT 2008, section 3.1,
 * for a = -1: complete, so nothing is looked at. Over curve/field.h. */

typedef struct {
    F x, y, z, t;
} P;

/* A point as the second operand of sums: y + x, y - x, 2 z, 2 d t. */
typedef struct {
    F plus, minus, z2, t2d;
} C;

static const uint64_t TWICE_D[5] = {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff};

static inline P p_neutral(void) { return (P){f_small(0), f_small(1), f_small(1), f_small(0)}; }
static inline C c_neutral(void) { return (C){f_small(1), f_small(1), f_small(2), f_small(0)}; }

static inline C cached(P a) {
    return (C){f_add(a.y, a.x), f_sub(a.y, a.x), f_add(a.z, a.z), f_mul(a.t, f_constant(TWICE_D))};
}

static inline C c_choose(W mask, C a, C b) {
    return (C){f_choose(mask, a.plus, b.plus), f_choose(mask, a.minus, b.minus), f_choose(mask, a.z2, b.z2),
               f_choose(mask, a.t2d, b.t2d)};
}

/* -a where the mask is set. */
static inline C c_negate(W mask, C a) {
    return (C){f_choose(mask, a.minus, a.plus), f_choose(mask, a.plus, a.minus), a.z2,
               f_choose(mask, f_neg(a.t2d), a.t2d)};
}

static inline P p_add(P a, C b) {
    const F A = f_mul(f_sub(a.y, a.x), b.minus), B = f_mul(f_add(a.y, a.x), b.plus);
    const F c = f_mul(a.t, b.t2d), D = f_mul(a.z, b.z2);
    const F E = f_sub(B, A), G = f_add(D, c), H = f_add(B, A), f = f_sub(D, c);
    return (P){f_mul(E, f), f_mul(G, H), f_mul(f, G), f_mul(E, H)};
}

/* t is left out where it isn't wanted: a doubling takes none. */
static inline P p_double(P a, int with_t) {
    const F A = f_square(a.x), B = f_square(a.y), zz = f_square(a.z);
    const F H = f_add(A, B), E = f_sub(H, f_square(f_add(a.x, a.y))), G = f_sub(A, B), f = f_add(f_add(zz, zz), G);
    return (P){f_mul(E, f), f_mul(G, H), f_mul(f, G), with_t ? f_mul(E, H) : a.t};
}

static P p_doubled(P a, unsigned times) {
    while (times-- > 1) a = p_double(a, 0);
    return p_double(a, 1);
}
