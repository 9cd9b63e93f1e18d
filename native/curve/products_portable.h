/* Products modulo p of numbers of five digits, schoolbook: 2^255 is 19, so what is above comes back 19 times. */

static inline F f_reduced(Wide t[5]) {
    for (int i = 0; i < 4; i++) {
        t[i + 1] += t[i] >> 51;
        t[i] &= LOW51;
    }
    const Wide over = (Wide)(uint64_t)(t[4] >> 51) * 19 + (uint64_t)t[0];
    return (F){{(uint64_t)over & LOW51, (uint64_t)t[1] + (uint64_t)(over >> 51), (uint64_t)t[2], (uint64_t)t[3],
                (uint64_t)t[4] & LOW51}};
}

static inline F f_mul(F a, F b) {
    Wide t[5] = {0};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) t[(i + j) % 5] += (Wide)a.d[i] * (i + j < 5 ? b.d[j] : 19 * b.d[j]);
    return f_reduced(t);
}

static inline F f_square(F a) {
    Wide t[5];
    const uint64_t *const d = a.d, twice0 = 2 * d[0], twice1 = 2 * d[1];
    t[0] = (Wide)d[0] * d[0] + (Wide)(38 * d[1]) * d[4] + (Wide)(38 * d[2]) * d[3];
    t[1] = (Wide)twice0 * d[1] + (Wide)(38 * d[2]) * d[4] + (Wide)(19 * d[3]) * d[3];
    t[2] = (Wide)twice0 * d[2] + (Wide)d[1] * d[1] + (Wide)(38 * d[3]) * d[4];
    t[3] = (Wide)twice0 * d[3] + (Wide)twice1 * d[2] + (Wide)(19 * d[4]) * d[4];
    t[4] = (Wide)twice0 * d[4] + (Wide)twice1 * d[3] + (Wide)d[2] * d[2];
    return f_reduced(t);
}
