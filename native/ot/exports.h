/* SoftSpokenOT (Roy, CRYPTO 2022) over GF(2^k), 1 <= k <= 8, for batches of `blocks` times 128 correlations.
 *
 * The 128 bits of a label are cut into parts of k bits, the last one shorter where k does not divide 128. Part i, of w
 * bits, has 2^w AES-128 keys; round_keys holds the 11 round keys of all of them, part after part. The streams of a
 * part, folded, give a row u_i of choices and w rows v. `first` counts the 128s of correlations before this batch. A
 * sender's key x = 0 of each part is not used.
 *
 * labels: (128 blocks, 2) words. choices: (blocks, 2) words, row u_0. corrections: rows u_i ^ u_0 for i > 0, (parts - 1)
 * of (blocks, 2) words, each `step` words after the one before. rows: parley_softspoken_rows_size(blocks) words in an order that is these entries' own.
 * sums: 128 elements of GF(2^128), to which is added, for each row, the sum of its blocks times powers[0], powers[1],
 * ...: (blocks, 2) words. */

/* The size of `rows`, in words. */
size_t parley_softspoken_rows_size(size_t blocks);

/* The receiver's batch in one step, or in two where its rows are to be summed with powers that are known later. */
void parley_softspoken_receive(uint64_t *labels, uint64_t *choices, uint64_t *corrections, size_t step,
                               const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks);
void parley_softspoken_rows(uint64_t *rows, uint64_t *choices, uint64_t *corrections, size_t step,
                            const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks);
void parley_softspoken_labels(uint64_t *labels, uint64_t *sums, const uint64_t *rows, const uint64_t *powers,
                              size_t blocks);

/* The sender's batch; delta: one label. Where powers is NULL, sums is not used. */
void parley_softspoken_send(uint64_t *labels, uint64_t *sums, const uint64_t *corrections, size_t step,
                            const uint64_t *delta, const uint8_t *round_keys, size_t k, uint64_t first,
                            const uint64_t *powers, size_t blocks);
