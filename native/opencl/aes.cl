/* The key stream of AES-128 in counter mode (FIPS 197), bitsliced: no table, no index, no branch on a secret.
 *
 * State: plane i holds bit i of every byte of four blocks; the byte of row r and column c takes the four bits from
 * 16 r + 4 c on, one for each block. So ShiftRows turns each 16-bit row and MixColumns turns the whole word. */

static Wide turn(Wide x, ulong by) { return (x >> by) | (x << (64 - by)); }

/* Exchanges the bits of `mask` << by in a with those of `mask` in b. */
#define EXCHANGE(a, b, by, mask)                        \
    {                                                   \
        const Wide moved = (((a) >> by) ^ (b)) & mask;  \
        (b) ^= moved;                                   \
        (a) ^= moved << by;                             \
    }

/* Transposes 8 x 8 bits: bit i of a byte of word j changes places with bit j of that byte of word i. */
static void transpose(Wide q[8]) {
    for (int i = 0; i < 8; i += 2) EXCHANGE(q[i], q[i + 1], 1, 0x5555555555555555ul)
    for (int i = 0; i < 8; i += 4) {
        EXCHANGE(q[i], q[i + 2], 2, 0x3333333333333333ul)
        EXCHANGE(q[i + 1], q[i + 3], 2, 0x3333333333333333ul)
    }
    for (int i = 0; i < 4; i++) EXCHANGE(q[i], q[i + 4], 4, 0x0f0f0f0f0f0f0f0ful)
}

/* The bytes of two columns, one at the even places, the other at the odd ones; and back. */
static Wide spread(Wide column) {
    column = (column | column << 16) & 0x0000ffff0000fffful;
    return (column | column << 8) & 0x00ff00ff00ff00fful;
}

static Wide gather(Wide even) {
    even &= 0x00ff00ff00ff00fful;
    even = (even | even >> 8) & 0x0000ffff0000fffful;
    return (even | even >> 16) & 0xfffffffful;
}

static Wide swap_bytes(Wide x) {
    x = (x >> 8 & 0x00ff00ff00ff00fful) | (x & 0x00ff00ff00ff00fful) << 8;
    x = (x >> 16 & 0x0000ffff0000fffful) | (x & 0x0000ffff0000fffful) << 16;
    return x >> 32 | x << 32;
}

/* The circuit of J. Boyar and R. Peralta, A new combinational logic minimization technique with applications to
 * cryptology, SEA 2010: 32 AND, 83 XOR. Its inputs and outputs count from the highest bit. */
static void sub_bytes(Wide q[8]) {
    const Wide x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4], x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];
    const Wide y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5, t0 = x1 ^ x2;
    const Wide y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14, y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8;
    const Wide t1 = x4 ^ y12, y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0, y11 = y20 ^ y9;
    const Wide y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8, y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;

    const Wide t2 = y12 & y15, t4 = (y3 & y6) ^ t2, t6 = (y4 & x7) ^ t2;
    const Wide t7 = y13 & y16, t9 = (y5 & y1) ^ t7, t11 = (y2 & y7) ^ t7;
    const Wide t12 = y9 & y11, t14 = (y14 & y17) ^ t12, t16 = (y8 & y10) ^ t12;
    const Wide t21 = t4 ^ t14 ^ y20, t22 = t6 ^ t16 ^ y19, t23 = t9 ^ t14 ^ y21, t24 = t11 ^ t16 ^ y18;

    const Wide t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t29 = (t25 & t27) ^ t22;
    const Wide t30 = t23 ^ t24, t31 = t22 ^ t26, t33 = (t31 & t30) ^ t24, t34 = t23 ^ t33, t35 = t27 ^ t33;
    const Wide t36 = t24 & t35, t37 = t36 ^ t34, t38 = t27 ^ t36, t40 = t25 ^ (t29 & t38);
    const Wide t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40, t44 = t33 ^ t37, t45 = t42 ^ t41;

    const Wide z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1, z5 = t29 & y7;
    const Wide z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
    const Wide z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;

    const Wide t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10, t50 = z2 ^ z12, t51 = z2 ^ z5;
    const Wide t52 = z7 ^ z8, t53 = z0 ^ z3, t54 = z6 ^ z7, t55 = z16 ^ z17, t56 = z12 ^ t48, t57 = t50 ^ t53;
    const Wide t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57, t61 = z14 ^ t57, t62 = t52 ^ t58, t63 = t49 ^ t58;
    const Wide t64 = z4 ^ t59, t65 = t61 ^ t62, t66 = z1 ^ t63, t67 = t64 ^ t65, s3 = t53 ^ t66;

    q[7] = t59 ^ t63;
    q[6] = t64 ^ ~s3;
    q[5] = t55 ^ ~t67;
    q[4] = s3;
    q[3] = t51 ^ t66;
    q[2] = t47 ^ t65;
    q[1] = t56 ^ ~t62;
    q[0] = t48 ^ ~t60;
}

/* Row r turns left by r columns. */
static Wide shift_rows(Wide x) {
    return (x & 0x000000000000fffful) | (x >> 4 & 0x000000000fff0000ul) | (x << 12 & 0x00000000f0000000ul) |
           (x >> 8 & 0x000000ff00000000ul) | (x << 8 & 0x0000ff0000000000ul) | (x >> 12 & 0x000f000000000000ul) |
           (x << 4 & 0xfff0000000000000ul);
}

/* Each byte a, b beside it one row down, c, d: 2a + 3b + c + d = 2(a + b) + b + (c + d). */
static void mix_columns(Wide q[8]) {
    Wide sums[8], twice[8];
    for (int i = 0; i < 8; i++) sums[i] = q[i] ^ turn(q[i], 16);
    for (int i = 0; i < 8; i++) twice[i] = i ? sums[i - 1] : (Wide)(0);
    twice[0] = sums[7];
    twice[1] ^= sums[7];
    twice[3] ^= sums[7];
    twice[4] ^= sums[7];
    for (int i = 0; i < 8; i++) q[i] = twice[i] ^ turn(q[i], 16) ^ turn(sums[i], 32);
}

static void add_round_key(Wide q[8], constant const ulong *planes) {
    for (int i = 0; i < 8; i++) q[i] ^= planes[i];
}

static void encrypt(Wide q[8], constant const ulong *planes) {
    add_round_key(q, planes);
    for (int round = 1; round <= 10; round++) {
        sub_bytes(q);
        for (int i = 0; i < 8; i++) q[i] = shift_rows(q[i]);
        if (round < 10) mix_columns(q);
        add_round_key(q, planes + 8 * round);
    }
}

/* The encryptions of the 128-bit big-endian counters (high, low), (high, low + 1), ...: 4 * LANES blocks a work-item,
 * written whole. low + blocks must not pass 2^64. planes: the 11 round keys as planes, each key the same for all four
 * blocks. */
kernel void parley_aes_ctr(global Pairs *out, constant const ulong *planes, ulong high, ulong low, ulong groups) {
    const ulong item = get_global_id(0);
    Wide q[8], first[4], second[4];
    if (item >= groups) return;
    for (int b = 0; b < 4; b++) {
        const Wide left = swap_bytes((Wide)(high));
        const Wide right = swap_bytes(low + (item * 4 + b) * LANES + LANE_NUMBERS);
        q[b] = spread(left & 0xfffffffful) | spread(right & 0xfffffffful) << 8;
        q[b + 4] = spread(left >> 32) | spread(right >> 32) << 8;
    }
    transpose(q);
    encrypt(q, planes);
    transpose(q);
    for (int b = 0; b < 4; b++) {
        first[b] = gather(q[b]) | gather(q[b + 4]) << 32;
        second[b] = gather(q[b] >> 8) | gather(q[b + 4] >> 8) << 32;
        out[item * 4 + b] = PAIRS(first[b], second[b]);
    }
}
