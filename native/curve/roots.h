/* Powers of numbers modulo p by fixed exponents. Over curve/field.h and its products. */

static F f_squares(F a, int times) {
    while (times--) a = f_square(a);
    return a;
}

/* a^((p - 5) / 8) = a^(2^252 - 3). In names, a_n is a^(2^n - 1). */
static F f_power_for_root(F a) {
    const F a_2 = f_mul(f_square(a), a), a_4 = f_mul(f_squares(a_2, 2), a_2), a_5 = f_mul(f_square(a_4), a);
    const F a_10 = f_mul(f_squares(a_5, 5), a_5), a_20 = f_mul(f_squares(a_10, 10), a_10);
    const F a_40 = f_mul(f_squares(a_20, 20), a_20), a_50 = f_mul(f_squares(a_40, 10), a_10);
    const F a_100 = f_mul(f_squares(a_50, 50), a_50), a_200 = f_mul(f_squares(a_100, 100), a_100);
    return f_mul(f_squares(f_mul(f_squares(a_200, 50), a_50), 2), a);
}
