/* Products modulo p of numbers of five digits, eight side by side. A product of two digits at place k is a low part of 52
 * bits there, and a high one at place k + 1, twice, since places are 51 bits apart. */

static inline V low_part(V sum, W a, W b) { return _mm512_madd52lo_epu64(sum, (V)a, (V)b); }
static inline V high_part(V sum, W a, W b) { return _mm512_madd52hi_epu64(sum, (V)a, (V)b); }

/* What is at place 5 and above comes back 19 times. Every place is below 2^56 before. */
static inline F f_folded(const W places[10]) {
    F a;
    for (int k = 0; k < 5; k++) {
        const W above = places[k + 5];
        a.d[k] = places[k] + above + (above << 1) + (above << 4);
    }
    return f_carry(a);
}

static inline F f_mul(F a, F b) {
    V low[10], high[11];
    W places[10];
    for (int k = 0; k < 10; k++) low[k] = high[k] = spread(0);
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
#pragma GCC unroll 5
        for (int j = 0; j < 5; j++) {
            low[i + j] = low_part(low[i + j], a.d[i], b.d[j]);
            high[i + j + 1] = high_part(high[i + j + 1], a.d[i], b.d[j]);
        }
    }
#pragma GCC unroll 10
    for (int k = 0; k < 10; k++) places[k] = (W)low[k] + ((W)high[k] << 1);
    return f_folded(places);
}

/* Products of different digits count twice. */
static inline F f_square(F a) {
    V low[10], high[11], low_twice[10], high_twice[11];
    W places[10];
    for (int k = 0; k < 10; k++) low[k] = high[k] = low_twice[k] = high_twice[k] = spread(0);
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        low[2 * i] = low_part(low[2 * i], a.d[i], a.d[i]);
        high[2 * i + 1] = high_part(high[2 * i + 1], a.d[i], a.d[i]);
#pragma GCC unroll 4
        for (int j = i + 1; j < 5; j++) {
            low_twice[i + j] = low_part(low_twice[i + j], a.d[i], a.d[j]);
            high_twice[i + j + 1] = high_part(high_twice[i + j + 1], a.d[i], a.d[j]);
        }
    }
#pragma GCC unroll 10
    for (int k = 0; k < 10; k++)
        places[k] = (W)low[k] + ((W)low_twice[k] << 1) + ((W)high[k] << 1) + ((W)high_twice[k] << 2);
    return f_folded(places);
}
