/* 1 where the selected table's AES uses the processor's own instructions. */
int parley_has_fast_aes(void);

/* AES-128: keys of 16 bytes, round keys of 176. */
void parley_aes_expand_key(uint8_t *round_keys, const uint8_t *key);
/* `length` bytes of the key stream from byte `skip` (0 <= skip < 16) of block (high, low) on; any length;
 * the last counter must not pass 2^64 - 1 in its low half. */
void parley_aes_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                    size_t length);
/* The same of AES-256: keys of 32 bytes, round keys of 240. */
void parley_aes256_expand_key(uint8_t *round_keys, const uint8_t *key);
void parley_aes256_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                       size_t length);
void parley_aes_streams(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks);

size_t parley_keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n);
size_t parley_keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t *p, const uint64_t *mask,
                                   size_t n);
