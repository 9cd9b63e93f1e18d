/* What Python calls. native/build_native.py hands this very text to cffi, so it holds plain declarations only.
 * Each function of kernels.h's struct has an entry of the same name and contract that goes to the selected table. */

/* Finds out what this processor can run and selects the best. Call once, before anything else. */
void parley_start(void);
/* The tables this processor can run, best first; the last is `portable`. */
int parley_implementation_count(void);
const char *parley_implementation_name(int index);
/* Process-wide, for tests and benchmarks: 0 <= index < parley_implementation_count(). */
void parley_select(int index);
int parley_selected(void);
/* 1 where the selected table's AES uses the processor's own instructions. */
int parley_has_fast_aes(void);

void parley_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_neg(uint64_t *out, const uint64_t *x, size_t n);
void parley_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de);
void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n);
void parley_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n);

/* `batch` products; x_step and y_step are the words from one matrix to the next, 0 where all products share one. */
void parley_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step, size_t y_step,
                   size_t rows, size_t inner, size_t columns);

void parley_bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_not(uint64_t *out, const uint64_t *x, size_t n);
uint64_t parley_popcount(const uint64_t *x, size_t n);
void parley_pack(uint64_t *out, const uint8_t *bits, size_t count);
void parley_unpack(uint8_t *out, const uint64_t *words, size_t count);
void parley_planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits);
void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits);

void parley_aes_expand_key(uint8_t *round_keys, const uint8_t *key);
/* `length` bytes of the key stream from byte `skip` (0 <= skip < 16) of block (high, low) on; any length;
 * the last counter must not pass 2^64 - 1 in its low half. */
void parley_aes_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                    size_t length);

/* From now on freed memory, up to so many bytes at the end of the heap, stays with the process for its next arrays,
 * arrays up to 32 MiB included, instead of going back to the system. Process-wide. 0 where the C library has no say. */
int parley_keep_memory(int bytes);
