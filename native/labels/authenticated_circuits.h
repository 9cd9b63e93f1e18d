/* A circuit by authenticated garbling, as docs/protocols/authenticated_garbling.md has it: half-gates whose tables and
 * results are shifted by what a party has beside them. To be included once by a file after labels/circuits.h. */

typedef struct {
    uint64_t *left, *right;
    const uint64_t *results, *offset;
    size_t instances;
} Spreading;

static inline void spread_group(const void *how, uint64_t *slots, const int32_t *gates, size_t count, size_t done) {
    const Spreading *to = how;
    gather_operands(to->left + 2 * done, to->right + 2 * done, slots, gates, count, to->offset, to->instances);
    scatter_results(slots, to->results + 2 * done, gates, count, to->instances);
}

static void spread_labels(uint64_t *left, uint64_t *right, uint64_t *slots, const uint64_t *results,
                          const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t offset[2],
                          size_t instances) {
    const Spreading to = {left, right, results, offset, instances};
    walk_groups(slots, instances, gates, groups, n_groups, instances, spread_group, &to);
}

/* x ^= y, n labels. */
static inline void add_labels(uint64_t *restrict x, const uint64_t *restrict y, size_t n) {
    for (size_t i = 0; i < 2 * n; i++) x[i] ^= y[i];
}

static void mark_labels(uint64_t *labels, const uint64_t *bits, const uint64_t offset[2], size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t mask = 0 - (bits[i / 64] >> i % 64 & 1);
        labels[2 * i] = (labels[2 * i] & ~(uint64_t)1) ^ (mask & offset[0]);
        labels[2 * i + 1] ^= mask & offset[1];
    }
}

static void add_to_tables(uint64_t *out, const uint64_t *tables, const uint64_t *first, const uint64_t *second,
                          size_t n) {
    for (size_t i = 0; i < n; i++) {
        out[4 * i] = tables[4 * i] ^ first[2 * i];
        out[4 * i + 1] = tables[4 * i + 1] ^ first[2 * i + 1];
        out[4 * i + 2] = tables[4 * i + 2] ^ second[2 * i];
        out[4 * i + 3] = tables[4 * i + 3] ^ second[2 * i + 1];
    }
}

/* The lowest bits of n labels, which are cleared. */
static inline void clear_lowest(uint8_t *restrict lowest, uint64_t *restrict labels, size_t n) {
    for (size_t i = 0; i < n; i++) {
        lowest[i] = (uint8_t)(labels[2 * i] & 1);
        labels[2 * i] &= ~(uint64_t)1;
    }
}

typedef struct {
    uint64_t *tables;
    uint8_t *lowest;
    const uint64_t *left, *right, *sums, *delta, *start;
    uint64_t first;
} AuthenticatedGarbling;

static inline void garble_authenticated_group(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n) {
    const AuthenticatedGarbling *to = how;
    uint64_t *tables = to->tables + 4 * done;
    garble_ands(tables, a, a, b, to->delta, to->start, to->first + done, n);
    add_to_tables(tables, tables, to->right + 2 * done, to->left + 2 * done, n);
    add_labels(a, to->sums + 2 * done, n);
    clear_lowest(to->lowest + done, a, n);
}

static void garble_authenticated(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                 const uint64_t *left, const uint64_t *right, const uint64_t *sums,
                                 const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                 const uint64_t start[2], uint64_t first, size_t instances) {
    const AuthenticatedGarbling to = {tables, lowest, left, right, sums, delta, start, first};
    walk(slots, work, gates, groups, n_groups, no_offset, instances, garble_authenticated_group, &to);
}

typedef struct {
    uint8_t *masked;
    const uint64_t *tables, *sums, *start;
    uint64_t first;
} AuthenticatedEvaluation;

static inline void evaluate_authenticated_group(const void *how, uint64_t *a, const uint64_t *b, size_t done,
                                                size_t n) {
    const AuthenticatedEvaluation *of = how;
    evaluate_ands(a, a, b, of->tables + 4 * done, of->start, of->first + done, n);
    add_labels(a, of->sums + 2 * done, n);
    for (size_t i = 0; i < n; i++) of->masked[done + i] = (uint8_t)(a[2 * i] & 1);
}

static void evaluate_authenticated(uint8_t *masked, uint64_t *slots, uint64_t *work, const uint64_t *tables,
                                   const uint64_t *sums, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                   const uint64_t start[2], uint64_t first, size_t instances) {
    const AuthenticatedEvaluation of = {masked, tables, sums, start, first};
    walk(slots, work, gates, groups, n_groups, no_offset, instances, evaluate_authenticated_group, &of);
}

typedef struct {
    uint64_t *held;
    const uint8_t *results;
    const uint64_t *left, *right, *sums;
    uint64_t delta;
    size_t instances;
} Check;

/* The bits of an AND's instances are those of one word. */
static inline void held_of(const Check *to, uint64_t a, uint64_t b, size_t at) {
    for (size_t i = 0; i < to->instances; i++) {
        const uint64_t p = 0 - (a >> i & 1), q = 0 - (b >> i & 1), r = 0 - (uint64_t)(to->results[at + i] & 1);
        const uint64_t shares = to->sums[at + i] ^ (p & to->right[at + i]) ^ (q & to->left[at + i]);
        to->held[at + i] = shares ^ (((p & q) ^ r) & to->delta);
    }
}

static inline void check_ands(const void *how, uint64_t *slots, const int32_t *gates, size_t count, size_t done) {
    const Check *to = how;
    for (size_t g = 0; g < count; g++) {
        const int32_t *gate = gates + GATE_WORDS * g;
        const uint64_t a = *labels_of(slots, gate[LEFT] >> 1, 1), b = *labels_of(slots, gate[RIGHT] >> 1, 1);
        held_of(to, a, b, done + g * to->instances);
    }
    for (size_t g = 0; g < count; g++) {
        uint64_t *result = labels_of(slots, gates[GATE_WORDS * g + RESULT], 1), bits = 0;
        const uint8_t *given = to->results + done + g * to->instances;
        for (size_t i = 0; i < to->instances; i++) bits |= (uint64_t)(given[i] & 1) << i;
        result[0] = bits;
        result[1] = 0;
    }
}

static void check_authenticated(uint64_t *held, uint64_t *slots, const uint8_t *results, const uint64_t *left,
                                const uint64_t *right, const uint64_t *sums, const int32_t *gates,
                                const int32_t *groups, size_t n_groups, const uint64_t delta[2], size_t instances) {
    const Check to = {held, results, left, right, sums, delta[0], instances};
    walk_groups(slots, 1, gates, groups, n_groups, instances, check_ands, &to);
}
