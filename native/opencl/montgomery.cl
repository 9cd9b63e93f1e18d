/* base^exponent mod n for many numbers, odd n, in constant time, and powers of one base from a table. See docs/algorithms/opencl.md.
 *
 * A number is `limbs` limbs of 27 bits, a multiple of 8; limb i of number j is word i * step + j, so that neighbours in
 * a work-group read neighbours in memory. Products of limbs have 54 bits: a column of a product, 2 * limbs of them,
 * needs no carry while limbs <= 504.
 *
 * Values modulo n stay below 2n, which needs n * 4 <= 2^(27 * limbs) and no subtraction between products
 * (C. D. Walter, Montgomery exponentiation needs no final subtractions, Electronics Letters 35, 1999). */

#define LIMB_BITS 27
#define LIMB_MASK 0x7ffffffu
#if LANES == 1
#define BLOCK 8            /* limbs that are multiplied by BLOCK others out of registers */
#else
#define BLOCK 4            /* a processor's vector registers hold no more */
#endif
#define COLUMNS (2 * BLOCK - 1)
#define WINDOW 4           /* bits of the exponent at a time */
#define ENTRIES (1 << WINDOW)

static void load_block(Narrow to[BLOCK], global const Narrow *from, ulong block, ulong step) {
    #pragma unroll
    for (int i = 0; i < BLOCK; i++) to[i] = from[(block * BLOCK + i) * step];
}

/* sums += x * y, column by column. */
static void add_product(Wide sums[COLUMNS], const Narrow x[BLOCK], const Narrow y[BLOCK]) {
    #pragma unroll
    for (int i = 0; i < BLOCK; i++) {
        #pragma unroll
        for (int j = 0; j < BLOCK; j++) sums[i + j] += WIDE(x[i]) * WIDE(y[j]);
    }
}

static void add_products(Wide sums[COLUMNS], global const Narrow *x, global const Narrow *y, ulong column, ulong first,
                         ulong end, ulong step) {
    for (ulong i = first; i < end; i++) {
        Narrow left[BLOCK], right[BLOCK];
        load_block(left, x, i, step);
        load_block(right, y, column - i, step);
        add_product(sums, left, right);
    }
}

/* The blocks of column `column` of x * x: those left of the middle count twice. */
static void add_squares(Wide sums[COLUMNS], global const Narrow *x, ulong column, ulong first, ulong step) {
    Narrow left[BLOCK], right[BLOCK];
    for (ulong i = first; 2 * i < column; i++) {
        load_block(left, x, i, step);
        load_block(right, x, column - i, step);
        #pragma unroll
        for (int k = 0; k < BLOCK; k++) left[k] <<= 1;
        add_product(sums, left, right);
    }
    if (column % 2 == 0) {
        load_block(left, x, column / 2, step);
        add_product(sums, left, left);
    }
}

/* Makes the lowest BLOCK columns 0 modulo 2^27 each by adding digits * n, and stores the digits. */
static void reduce_block(Wide sums[COLUMNS], global Narrow *digits, global const Narrow *n, Narrow inverse,
                         ulong step) {
    Narrow lowest[BLOCK];
    load_block(lowest, n, 0, step);
    #pragma unroll
    for (int i = 0; i < BLOCK; i++) {
        const Narrow digit = (NARROW(sums[i]) * inverse) & LIMB_MASK;
        #pragma unroll
        for (int j = 0; j < BLOCK; j++) sums[i + j] += WIDE(digit) * WIDE(lowest[j]);
        sums[i + 1] += sums[i] >> LIMB_BITS;
        digits[i * step] = digit;
    }
}

static void store_block(Wide sums[COLUMNS], global Narrow *out, ulong step) {
    #pragma unroll
    for (int i = 0; i < BLOCK; i++) {
        out[i * step] = NARROW(sums[i]) & LIMB_MASK;
        sums[i + 1] += sums[i] >> LIMB_BITS;
    }
}

static void next_columns(Wide sums[COLUMNS]) {
    #pragma unroll
    for (int i = 0; i < COLUMNS; i++) sums[i] = i + BLOCK < COLUMNS ? sums[i + BLOCK] : (Wide)(0);
}

/* out = x * y / 2^(27 * limbs) mod n, below 2n if x * y < n * 2^(27 * limbs); x == y is a square. out is neither x nor
 * y: the digits of the reduction stand there until the columns above take their place. */
static void multiply(global Narrow *out, global const Narrow *x, global const Narrow *y, global const Narrow *n,
                     Narrow inverse, ulong limbs, ulong step) {
    const ulong blocks = limbs / BLOCK;
    Wide sums[COLUMNS];
    #pragma unroll
    for (int i = 0; i < COLUMNS; i++) sums[i] = (Wide)(0);
    for (ulong column = 0; column < 2 * blocks; column++) {
        const ulong first = column < blocks ? 0 : column - blocks + 1, end = min(column + 1, blocks);
        if (x == y)
            add_squares(sums, x, column, first, step);
        else
            add_products(sums, x, y, column, first, end, step);
        add_products(sums, out, n, column, first, min(column, blocks), step);
        if (column < blocks)
            reduce_block(sums, out + column * BLOCK * step, n, inverse, step);
        else
            store_block(sums, out + (column - blocks) * BLOCK * step, step);
        next_columns(sums);
    }
}

/* out = x << shift, less n if that is not negative; shift is 0 or 1, out may be x. */
static void reduce_once(global Narrow *out, global const Narrow *x, global const Narrow *n, uint shift, ulong limbs,
                        ulong step) {
    Narrow borrow = (Narrow)(0), above = (Narrow)(0);
    for (ulong i = 0; i < limbs; i++) {
        const Narrow shifted = (x[i * step] << shift | above) & LIMB_MASK;
        above = shift ? x[i * step] >> (LIMB_BITS - 1) : (Narrow)(0);
        borrow = (shifted - n[i * step] - borrow) >> 31;
    }
    const Narrow keep = borrow - 1; /* all ones where n is subtracted */
    borrow = above = (Narrow)(0);
    for (ulong i = 0; i < limbs; i++) {
        const Narrow limb = x[i * step];
        const Narrow difference = ((limb << shift | above) & LIMB_MASK) - (n[i * step] & keep) - borrow;
        above = shift ? limb >> (LIMB_BITS - 1) : (Narrow)(0);
        out[i * step] = difference & LIMB_MASK;
        borrow = difference >> 31;
    }
}

static void set_power_of_two(global Narrow *out, ulong bit, ulong limbs, ulong step) {
    for (ulong i = 0; i < limbs; i++) out[i * step] = (Narrow)(i == bit / LIMB_BITS ? 1u << (bit % LIMB_BITS) : 0u);
}

/* -1 / n mod 2^27 by Newton's iteration: an odd n is its own inverse modulo 8, each step doubles the bits. */
static Narrow negative_inverse(Narrow n) {
    Narrow inverse = n;
    for (int i = 0; i < 4; i++) inverse *= 2 - n * inverse;
    return (0 - inverse) & LIMB_MASK;
}

/* out = R^2 mod n for R = 2^(27 * limbs), below 2n. Doubles 2^start < n up to R * 2^g with g = 27 * limbs / 8; three
 * squares make it R * 2^(8g). Other than `out`, `room` is overwritten. */
static void square_of_radix(global Narrow *out, global Narrow *room, global const Narrow *n, Narrow inverse,
                            ulong start, ulong limbs, ulong step) {
    const ulong doublings = LIMB_BITS * (limbs + limbs / 8) - start;
    set_power_of_two(room, start, limbs, step);
    for (ulong i = 0; i < doublings; i++) reduce_once(room, room, n, 1, limbs, step);
    multiply(out, room, room, n, inverse, limbs, step);
    multiply(room, out, out, n, inverse, limbs, step);
    multiply(out, room, room, n, inverse, limbs, step);
}

/* out = table[index], reading every entry. */
static void choose(global Narrow *out, global const Narrow *table, Narrow index, ulong limbs, ulong step) {
    for (ulong i = 0; i < limbs; i++) {
        Narrow chosen = (Narrow)(0);
        #pragma unroll
        for (uint entry = 0; entry < ENTRIES; entry++) {
            const Narrow other = index ^ entry; /* 0 or below 2^31 */
            chosen |= table[(entry * limbs + i) * step] & ((other - 1) >> 31) * 0xffffffffu;
        }
        out[i * step] = chosen;
    }
}

/* Range: step = numbers / LANES. bases, moduli and out: `limbs` limbs; exponents: words of 64 bits, word i of
 * number j at i * step + j, of which the lowest WINDOW * `windows` bits count; room: ENTRIES + 3 numbers. Bases are
 * below 2^(27 * limbs - 2), moduli are odd with 4 * n <= 2^(27 * limbs) and 2^start < n, where start == 0 does for
 * n == 1 too. out: below n. */
kernel void parley_exponentiate(global Narrow *out, global const Narrow *bases, global const Wide *exponents,
                                global const Narrow *moduli, global Narrow *room, ulong start, ulong windows,
                                ulong limbs, ulong step) {
    const ulong item = get_global_id(0);
    if (item >= step) return;
    global const Narrow *n = moduli + item;
    global Narrow *table = room + item, *value = table + ENTRIES * limbs * step, *spare = value + limbs * step;
    global Narrow *factor = spare + limbs * step, *swap;
    const Narrow inverse = negative_inverse(n[0]);
    square_of_radix(factor, spare, n, inverse, start, limbs, step);
    set_power_of_two(spare, 0, limbs, step);
    multiply(table, spare, factor, n, inverse, limbs, step);
    multiply(table + limbs * step, bases + item, factor, n, inverse, limbs, step);
    for (ulong i = 2; i < ENTRIES; i++) {
        global Narrow *entry = table + i * limbs * step;
        multiply(entry, entry - limbs * step, table + limbs * step, n, inverse, limbs, step);
    }
    multiply(value, table, table, n, inverse, limbs, step);
    for (ulong w = windows; w-- > 0;) {
        for (int i = 0; i < WINDOW; i++) {
            multiply(spare, value, value, n, inverse, limbs, step);
            swap = value, value = spare, spare = swap;
        }
        const Wide word = exponents[w / (64 / WINDOW) * step + item] >> (w % (64 / WINDOW) * WINDOW);
        choose(factor, table, NARROW(word & (ENTRIES - 1)), limbs, step);
        multiply(spare, value, factor, n, inverse, limbs, step);
        swap = value, value = spare, spare = swap;
    }
    set_power_of_two(factor, 0, limbs, step);
    multiply(spare, value, factor, n, inverse, limbs, step);
    reduce_once(out + item, spare, n, 0, limbs, step);
}

/* out = a number that all items share. */
static void copy_shared(global Narrow *out, global const uint *number, ulong limbs, ulong step) {
    for (ulong i = 0; i < limbs; i++) out[i * step] = (Narrow)(number[i]);
}

/* words[index] of `entries` words that all items share, reading every one. */
static Wide choose_word(global const ulong *words, Wide index, ulong entries) {
    Wide chosen = (Wide)(0);
    for (ulong entry = 0; entry < entries; entry++) {
        const Wide other = index ^ (Wide)(entry); /* 0 or below 2^63 */
        chosen |= (Wide)(words[entry]) & (0 - ((other - 1) >> 63));
    }
    return chosen;
}

/* out = the limbs of number `index` of a row of a table, where word w of number i is row[w * entries + i]. */
static void choose_shared(global Narrow *out, global const ulong *row, Narrow index, ulong entries, ulong words,
                          ulong limbs, ulong step) {
    Wide left = (Wide)(0);
    for (ulong i = 0, bits = 0, w = 0; i < limbs; i++) { /* `left` holds `bits` bits */
        if (bits < LIMB_BITS) {
            const Wide word = w < words ? choose_word(row + w * entries, WIDE(index), entries) : (Wide)(0);
            out[i * step] = NARROW(left | word << bits) & LIMB_MASK;
            left = word >> (LIMB_BITS - bits);
            bits += 64 - LIMB_BITS;
            w++;
        } else {
            out[i * step] = NARROW(left) & LIMB_MASK;
            left >>= LIMB_BITS;
            bits -= LIMB_BITS;
        }
    }
}

/* Range: step = numbers / LANES. table: `rows` rows of `entries` numbers of `words` words each, all below n, as
 * `choose_shared` has them; digits: digit i of exponent j, below `entries`, is limb i of a number, as limb i of out is.
 * shared: n, with 4 * n <= 2^(27 * limbs), and a first factor below n, of `limbs` limbs each; room: 4 numbers. out:
 * the first factor times the product of the entries that the digits choose, divided by 2^(27 * limbs * rows), mod n. */
kernel void parley_power_of_base(global Narrow *out, global const ulong *table, global const Narrow *digits,
                                 global const uint *shared, global Narrow *room, ulong entries, ulong rows,
                                 ulong words, ulong limbs, ulong step) {
    const ulong item = get_global_id(0);
    if (item >= step) return;
    global Narrow *n = room + item, *value = n + limbs * step, *spare = value + limbs * step;
    global Narrow *factor = spare + limbs * step, *swap;
    copy_shared(n, shared, limbs, step);
    copy_shared(value, shared + limbs, limbs, step);
    const Narrow inverse = negative_inverse(n[0]);
    for (ulong i = 0; i < rows; i++) {
        choose_shared(factor, table + i * words * entries, digits[i * step + item], entries, words, limbs, step);
        multiply(spare, value, factor, n, inverse, limbs, step);
        swap = value, value = spare, spare = swap;
    }
    reduce_once(out + item, value, n, 0, limbs, step);
}
