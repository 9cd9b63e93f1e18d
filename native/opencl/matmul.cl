/* Matrix products modulo 2^64, row-major. See docs/algorithms/opencl.md.
 *
 * x_step and y_step are the words from one matrix of a batch to the next, 0 where all products share one. The third
 * dimension of the range is the batch. `out` overlaps no input; inner == 0 gives zeros. */

#define GROUP 16           /* a work-group is GROUP x GROUP items */
#define ITEM 4             /* an item makes ITEM x ITEM words of the result */
#define TILE (GROUP * ITEM)
#define DEPTH 16           /* rows of y, and columns of x, in local memory at a time */

/* Copies a block of at most `rows_left` by `columns_left` words into local memory, zeros beyond. */
static void fetch(local ulong *to, uint height, uint width, global const ulong *from, ulong from_step,
                  ulong rows_left, ulong columns_left) {
    const uint item = (uint)(get_local_id(1) * GROUP + get_local_id(0));
    for (uint place = item; place < height * width; place += GROUP * GROUP) {
        const uint row = place / width, column = place % width;
        to[place] = row < rows_left && column < columns_left ? from[row * from_step + column] : 0;
    }
}

/* Range: columns and rows rounded up to whole tiles, each divided by ITEM; batch. */
__attribute__((reqd_work_group_size(GROUP, GROUP, 1)))
kernel void parley_matmul(global ulong *out, global const ulong *x, global const ulong *y, ulong x_step, ulong y_step,
                          ulong rows, ulong inner, ulong columns) {
    local ulong x_tile[TILE * DEPTH];
    local ulong4 y_tile[DEPTH * GROUP];
    const ulong top = get_group_id(1) * TILE, left = get_group_id(0) * TILE, which = get_global_id(2);
    const uint across = (uint)get_local_id(0), down = (uint)get_local_id(1);
    ulong4 sums[ITEM];
    for (uint r = 0; r < ITEM; r++) sums[r] = (ulong4)(0);
    x += which * x_step + top * inner;
    y += which * y_step + left;
    for (ulong l = 0; l < inner; l += DEPTH) {
        fetch(x_tile, TILE, DEPTH, x + l, inner, rows - top, inner - l);
        fetch((local ulong *)y_tile, DEPTH, TILE, y + l * columns, columns, inner - l, columns - left);
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint k = 0; k < DEPTH; k++) {
            const ulong4 right = y_tile[k * GROUP + across];
            for (uint r = 0; r < ITEM; r++) sums[r] += x_tile[(down * ITEM + r) * DEPTH + k] * right;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    out += which * rows * columns;
    for (uint r = 0; r < ITEM; r++) {
        const ulong row = top + down * ITEM + r, column = left + across * 4;
        if (row >= rows) continue;
        if (column < columns) out[row * columns + column] = sums[r].s0;
        if (column + 1 < columns) out[row * columns + column + 1] = sums[r].s1;
        if (column + 2 < columns) out[row * columns + column + 2] = sums[r].s2;
        if (column + 3 < columns) out[row * columns + column + 3] = sums[r].s3;
    }
}

/* One row times a matrix: out (columns) = x (inner) * y (inner, columns). Range: columns; 1; batch. */
kernel void parley_row_product(global ulong *out, global const ulong *x, global const ulong *y, ulong x_step,
                               ulong y_step, ulong inner, ulong columns) {
    const ulong column = get_global_id(0), which = get_global_id(2);
    ulong sum = 0;
    if (column >= columns) return;
    x += which * x_step;
    y += which * y_step + column;
    for (ulong l = 0; l < inner; l++) sum += x[l] * y[l * columns];
    out[which * columns + column] = sum;
}

#define DOT 64 /* items that share a row */

/* A matrix times one column: out (rows) = x (rows, inner) * y (inner). Range: DOT; rows; batch. */
__attribute__((reqd_work_group_size(DOT, 1, 1)))
kernel void parley_column_product(global ulong *out, global const ulong *x, global const ulong *y, ulong x_step,
                                  ulong y_step, ulong rows, ulong inner) {
    local ulong parts[DOT];
    const ulong row = get_global_id(1), which = get_global_id(2);
    const uint item = (uint)get_local_id(0);
    ulong sum = 0;
    x += which * x_step + row * inner;
    y += which * y_step;
    for (ulong l = item; l < inner; l += DOT) sum += x[l] * y[l];
    parts[item] = sum;
    for (uint reach = DOT / 2; reach > 0; reach /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < reach) parts[item] += parts[item + reach];
    }
    if (item == 0) out[which * rows + row] = parts[0];
}
