void parley_bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_not(uint64_t *out, const uint64_t *x, size_t n);
uint64_t parley_popcount(const uint64_t *x, size_t n);
void parley_pack(uint64_t *out, const uint8_t *bits, size_t count);
void parley_unpack(uint8_t *out, const uint64_t *words, size_t count);
void parley_planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits);
void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits);
