/* A circuit whose wires a prover knows, as docs/protocols/circuit_proofs.md has it: the lowest bit of a label is the wire's
 * bit. To be included once by a file after labels/circuits.h. */

typedef struct {
    uint64_t *left, *right, *cross, *results;
    uint8_t *told;
    size_t instances;
} Proving;

/* A negated operand has the other bit, and the label for the rest. */
static const uint64_t lowest_bit[2] = {1, 0};

/* Of n operands: their product c takes the place of the results' lowest bit r; c ^ r is told. */
static inline void multiply_bits(const Proving *to, size_t at, size_t n) {
    const uint64_t *left = to->left + 2 * at, *right = to->right + 2 * at;
    uint64_t *cross = to->cross + 2 * at, *results = to->results + 2 * at;
    uint8_t *told = to->told + at;
    for (size_t i = 0; i < n; i++) {
        const uint64_t a = left[2 * i] & 1, b = right[2 * i] & 1, c = a & b, r = results[2 * i] & 1;
        told[i] = (uint8_t)(c ^ r);
        results[2 * i] ^= c ^ r;
        cross[2 * i] = ((0 - b) & left[2 * i]) ^ ((0 - a) & right[2 * i]) ^ results[2 * i];
        cross[2 * i + 1] = ((0 - b) & left[2 * i + 1]) ^ ((0 - a) & right[2 * i + 1]) ^ results[2 * i + 1];
    }
}

static inline void prove_group(const void *how, uint64_t *slots, const int32_t *gates, size_t count, size_t done) {
    const Proving *to = how;
    const size_t at = 2 * done;
    gather_operands(to->left + at, to->right + at, slots, gates, count, lowest_bit, to->instances);
    multiply_bits(to, done, count * to->instances);
    scatter_results(slots, to->results + at, gates, count, to->instances);
}

static void prove_ands(uint64_t *left, uint64_t *right, uint64_t *cross, uint8_t *told, uint64_t *slots,
                       uint64_t *results, const int32_t *gates, const int32_t *groups, size_t n_groups,
                       size_t instances) {
    const Proving to = {left, right, cross, results, told, instances};
    walk_groups(slots, instances, gates, groups, n_groups, instances, prove_group, &to);
}
