/* Ring arithmetic, one word a work-item. `out` may be the very same buffer as any input. */

kernel void parley_add(global ulong *out, global const ulong *x, global const ulong *y, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = x[i] + y[i];
}

kernel void parley_sub(global ulong *out, global const ulong *x, global const ulong *y, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = x[i] - y[i];
}

kernel void parley_mul(global ulong *out, global const ulong *x, global const ulong *y, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = x[i] * y[i];
}

kernel void parley_neg(global ulong *out, global const ulong *x, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = 0 - x[i];
}

/* out = c + d*b + e*a, and + d*e where keep_de is all ones; it is 0 otherwise. */
kernel void parley_recombine(global ulong *out, global const ulong *c, global const ulong *d, global const ulong *b,
                             global const ulong *e, global const ulong *a, ulong keep_de, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = c[i] + d[i] * (b[i] + (e[i] & keep_de)) + e[i] * a[i];
}

/* out = (x + plus) >> s and x << s, 0 <= s <= 63. */
kernel void parley_shift_right(global ulong *out, global const ulong *x, ulong plus, ulong s, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = (x[i] + plus) >> s;
}

kernel void parley_shift_left(global ulong *out, global const ulong *x, ulong s, ulong n) {
    const ulong i = get_global_id(0);
    if (i < n) out[i] = x[i] << s;
}
