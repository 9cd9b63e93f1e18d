/* A circuit's gates on labels, in the order of a program: see labels/exports.h. To be included once by a file after its
 * gates, so that its XORs are in registers of that file's instruction set. */

/* One gate: slots of its operands, doubled, the lowest bit set where an operand is negated, and the slot of its result. */
enum { LEFT, RIGHT, RESULT, GATE_WORDS };
/* One group of a program: how many gates, and whether they are ANDs. */
enum { GATES_IN_GROUP, ARE_ANDS, GROUP_WORDS };

/* What an evaluator shifts the label of a negated operand by. */
static const uint64_t no_offset[2] = {0, 0};

/* The labels of a slot: `instances` of them. */
static inline uint64_t *labels_of(uint64_t *slots, int32_t slot, size_t instances) {
    return slots + 2 * instances * (size_t)slot;
}

/* out = x ^ y, or x ^ y ^ offset; out may be x or y. */
static inline void xor_labels(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t instances) {
    for (size_t i = 0; i < 2 * instances; i++) out[i] = x[i] ^ y[i];
}

/* out = x, shifted by the offset where `negated`, which is public. */
static inline void take_labels(uint64_t *out, const uint64_t *x, const uint64_t offset[2], int negated,
                                      size_t instances) {
    const uint64_t low = negated ? offset[0] : 0, high = negated ? offset[1] : 0;
    for (size_t i = 0; i < instances; i++) {
        out[2 * i] = x[2 * i] ^ low;
        out[2 * i + 1] = x[2 * i + 1] ^ high;
    }
}

static inline void xor_group(uint64_t *slots, const int32_t *gates, size_t count, size_t instances) {
    for (size_t g = 0; g < count; g++, gates += GATE_WORDS)
        xor_labels(labels_of(slots, gates[RESULT], instances), labels_of(slots, gates[LEFT] >> 1, instances),
                   labels_of(slots, gates[RIGHT] >> 1, instances), instances);
}

/* The operands of a group of ANDs side by side, in a and b. */
static inline void gather_operands(uint64_t *a, uint64_t *b, uint64_t *slots, const int32_t *gates, size_t count,
                                          const uint64_t offset[2], size_t instances) {
    for (size_t g = 0; g < count; g++, gates += GATE_WORDS) {
        const int32_t left = gates[LEFT], right = gates[RIGHT];
        const size_t place = 2 * instances * g;
        take_labels(a + place, labels_of(slots, left >> 1, instances), offset, left & 1, instances);
        take_labels(b + place, labels_of(slots, right >> 1, instances), offset, right & 1, instances);
    }
}

static inline void scatter_results(uint64_t *slots, const uint64_t *c, const int32_t *gates, size_t count,
                                          size_t instances) {
    for (size_t g = 0; g < count; g++, gates += GATE_WORDS)
        take_labels(labels_of(slots, gates[RESULT], instances), c + 2 * instances * g, no_offset, 0, instances);
}

/* The ANDs of a group of `count` gates, `done` results of ANDs of instances before them in the part. */
typedef void (*AndGates)(const void *how, uint64_t *slots, const int32_t *gates, size_t count, size_t done);

/* All groups of a part, on slots of `labels` labels each. */
static inline void walk_groups(uint64_t *slots, size_t labels, const int32_t *gates, const int32_t *groups,
                               size_t n_groups, size_t instances, AndGates and_gates, const void *how) {
    for (size_t done = 0; n_groups--; groups += GROUP_WORDS) {
        const size_t count = (size_t)groups[GATES_IN_GROUP];
        if (groups[ARE_ANDS]) {
            and_gates(how, slots, gates, count, done);
            done += count * instances;
        } else {
            xor_group(slots, gates, count, labels);
        }
        gates += GATE_WORDS * count;
    }
}

/* The ANDs of a group on n operands a and b, `done` before them in the part: their results take the place of a. `how`
 * is what the way of garbling needs: tables, keys, the offset. */
typedef void (*AndGroup)(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n);

typedef struct {
    uint64_t *work;
    const uint64_t *offset;
    size_t instances;
    AndGroup and_group;
    const void *how;
} Gathering;

static inline void gathered_ands(const void *how, uint64_t *slots, const int32_t *gates, size_t count, size_t done) {
    const Gathering *to = how;
    const size_t n = count * to->instances;
    uint64_t *a = to->work, *b = to->work + 2 * n;
    gather_operands(a, b, slots, gates, count, to->offset, to->instances);
    to->and_group(to->how, a, b, done, n);
    scatter_results(slots, a, gates, count, to->instances);
}

/* Negated operands of ANDs are shifted by the offset. */
static inline void walk(uint64_t *slots, uint64_t *work, const int32_t *gates, const int32_t *groups, size_t n_groups,
                        const uint64_t offset[2], size_t instances, AndGroup and_group, const void *how) {
    const Gathering to = {work, offset, instances, and_group, how};
    walk_groups(slots, instances, gates, groups, n_groups, instances, gathered_ands, &to);
}

typedef struct {
    uint64_t *tables;
    const uint64_t *delta, *start;
    uint64_t first;
} HalfGatesGarbling;

static inline void garble_and_group(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n) {
    const HalfGatesGarbling *to = how;
    garble_ands(to->tables + 4 * done, a, a, b, to->delta, to->start, to->first + done, n);
}

static void garble_circuit(uint64_t *tables, uint64_t *slots, uint64_t *work, const int32_t *gates,
                           const int32_t *groups, size_t n_groups, const uint64_t delta[2], const uint64_t start[2],
                           uint64_t first, size_t instances) {
    const HalfGatesGarbling to = {tables, delta, start, first};
    walk(slots, work, gates, groups, n_groups, delta, instances, garble_and_group, &to);
}

typedef struct {
    const uint64_t *tables, *start;
    uint64_t first;
} HalfGatesEvaluation;

static inline void evaluate_and_group(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n) {
    const HalfGatesEvaluation *of = how;
    evaluate_ands(a, a, b, of->tables + 4 * done, of->start, of->first + done, n);
}

static void evaluate_circuit(uint64_t *slots, uint64_t *work, const uint64_t *tables, const int32_t *gates,
                             const int32_t *groups, size_t n_groups, const uint64_t start[2], uint64_t first,
                             size_t instances) {
    const HalfGatesEvaluation of = {tables, start, first};
    walk(slots, work, gates, groups, n_groups, no_offset, instances, evaluate_and_group, &of);
}

typedef struct {
    uint64_t *pairs, *thirds;
    uint8_t *controls;
    const uint64_t *delta, *start;
    const uint8_t *dice;
    uint64_t first;
} ThreeHalvesGarbling;

static inline void garble_sliced_group(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n) {
    const ThreeHalvesGarbling *to = how;
    garble_three_halves(to->pairs + 2 * done, to->thirds + done, to->controls + done, a, a, b, to->delta, to->start,
                        to->dice + done, to->first + done, n);
}

static void garble_three_halves_circuit(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *slots,
                                        uint64_t *work, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                        const uint64_t delta[2], const uint64_t start[2], const uint8_t *dice,
                                        uint64_t first, size_t instances) {
    const ThreeHalvesGarbling to = {pairs, thirds, controls, delta, start, dice, first};
    walk(slots, work, gates, groups, n_groups, delta, instances, garble_sliced_group, &to);
}

typedef struct {
    const uint64_t *pairs, *thirds;
    const uint8_t *controls;
    const uint64_t *start;
    uint64_t first;
} ThreeHalvesEvaluation;

static inline void evaluate_sliced_group(const void *how, uint64_t *a, const uint64_t *b, size_t done, size_t n) {
    const ThreeHalvesEvaluation *of = how;
    evaluate_three_halves(a, a, b, of->pairs + 2 * done, of->thirds + done, of->controls + done, of->start,
                          of->first + done, n);
}

static void evaluate_three_halves_circuit(uint64_t *slots, uint64_t *work, const uint64_t *pairs,
                                          const uint64_t *thirds, const uint8_t *controls, const int32_t *gates,
                                          const int32_t *groups, size_t n_groups, const uint64_t start[2],
                                          uint64_t first, size_t instances) {
    const ThreeHalvesEvaluation of = {pairs, thirds, controls, start, first};
    walk(slots, work, gates, groups, n_groups, no_offset, instances, evaluate_sliced_group, &of);
}
