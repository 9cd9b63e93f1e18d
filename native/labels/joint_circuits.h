/* A circuit that several parties garble together, as docs/protocols/bmr.md has it. To be included once by a file after
 * labels/authenticated_circuits.h. */

/* ANDs that all garblers' hashes of are computed for at once: a near cache holds what belongs to them. */
enum { NEAR = 128 };

/* Rows of labels, `step` labels after each other. */
typedef struct {
    uint64_t *first;
    size_t step;
} Rows;

static inline uint64_t *row_of(Rows rows, size_t row) { return rows.first + 2 * rows.step * row; }

/* One of the `width` rows of labels of a slot. */
static inline uint64_t *part_of(uint64_t *slots, int32_t slot, size_t row, size_t width, size_t instances) {
    return slots + 2 * instances * (width * (size_t)slot + row);
}

/* Row `row` of the slots of one operand (LEFT or RIGHT) of a group of gates side by side, shifted by `offset` where
 * that operand is negated. */
static inline void gather_row(uint64_t *out, uint64_t *slots, const int32_t *gates, size_t count, int operand,
                              size_t row, size_t width, const uint64_t offset[2], size_t instances) {
    for (size_t g = 0; g < count; g++, gates += GATE_WORDS, out += 2 * instances)
        take_labels(out, part_of(slots, gates[operand] >> 1, row, width, instances), offset, gates[operand] & 1,
                    instances);
}

static inline void scatter_row(uint64_t *slots, const uint64_t *from, const int32_t *gates, size_t count, size_t row,
                               size_t width, size_t instances) {
    for (size_t g = 0; g < count; g++, gates += GATE_WORDS, from += 2 * instances)
        take_labels(part_of(slots, gates[RESULT], row, width, instances), from, no_offset, 0, instances);
}

typedef struct {
    Rows tables, masks, products;
    uint8_t *lowest;
    uint64_t *work;
    const uint64_t *delta, *starts;
    size_t me, garblers;
    uint64_t first;
    size_t instances;
} JointGarbling;

/* Where garbler j's third string of this garbler stands: among the tables, or, of its own label, in `own`. */
static inline uint64_t *third_of(const JointGarbling *to, size_t j, size_t done, uint64_t *own) {
    if (j == to->me) return own;
    return row_of(to->tables, 2 * to->garblers + j - (j > to->me)) + 2 * done;
}

/* ANDs of a group, `done` before them; work has room for three labels of each. Slots have the garbler's label and its
 * shares of the mask times each garbler's offset. */
static inline void garble_joint_ands(const void *how, uint64_t *slots, const int32_t *gates, size_t count,
                                     size_t done) {
    const JointGarbling *to = how;
    const size_t m = to->garblers, instances = to->instances, n = count * instances, width = 1 + m;
    uint64_t *a = to->work, *b = to->work + 2 * n, *own = to->work + 4 * n;
    gather_row(a, slots, gates, count, LEFT, 0, width, no_offset, instances);
    gather_row(b, slots, gates, count, RIGHT, 0, width, no_offset, instances);
    for (size_t j = 0; j < m; j++) {
        const uint64_t *offset = j == to->me ? to->delta : no_offset;
        uint64_t *left = row_of(to->tables, j) + 2 * done, *right = row_of(to->tables, m + j) + 2 * done;
        uint64_t *third = third_of(to, j, done, own);
        gather_row(left, slots, gates, count, RIGHT, 1 + j, width, offset, instances);
        gather_row(right, slots, gates, count, LEFT, 1 + j, width, offset, instances);
        if (j == to->me) add_labels(right, a, n);
        take_labels(third, row_of(to->products, j) + 2 * done, no_offset, 0, n);
        garble_jointly(left, right, third, a, b, to->delta, to->starts + 2 * j, to->first + done, n);
    }
    clear_lowest(to->lowest + done, own, n);
    scatter_row(slots, own, gates, count, 0, width, instances);
    for (size_t j = 0; j < m; j++)
        scatter_row(slots, row_of(to->masks, j) + 2 * done, gates, count, 1 + j, width, instances);
}

static void garble_jointly_circuit(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                   const uint64_t *shares, size_t share_step, const int32_t *gates,
                                   const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                   const uint64_t *starts, size_t me, size_t garblers, uint64_t first, size_t ands,
                                   size_t instances) {
    const Rows masks = {(uint64_t *)shares, share_step}, products = {(uint64_t *)shares + 2 * ands, share_step};
    const JointGarbling to = {{tables, ands}, masks, products, lowest, work, delta, starts, me, garblers, first, instances};
    walk_groups(slots, (1 + garblers) * instances, gates, groups, n_groups, instances, garble_joint_ands, &to);
}

typedef struct {
    Rows total;
    const uint8_t *lowest;
    uint64_t *work;
    const uint64_t *starts;
    size_t garblers;
    uint64_t first;
    size_t instances;
} JointEvaluation;

/* c = third, with left where the label of garbler 0 in a0 is odd, and right and a where that in b0 is; c shifted by 1
 * where `lowest`. */
static inline void choose_strings(uint64_t *restrict c, const uint64_t *left, const uint64_t *right,
                                  const uint64_t *third, const uint64_t *a, const uint64_t *a0, const uint64_t *b0,
                                  const uint8_t *lowest, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t by_a = 0 - (a0[2 * i] & 1), by_b = 0 - (b0[2 * i] & 1);
        for (size_t w = 2 * i; w < 2 * i + 2; w++) c[w] = third[w] ^ (by_a & left[w]) ^ (by_b & (right[w] ^ a[w]));
        c[2 * i] ^= lowest[i];
    }
}

/* ANDs of a group; work has room for three labels of each and of each garbler. Slots have a label of each garbler, whose
 * lowest bits are the masked value. */
static inline void evaluate_joint_ands(const void *how, uint64_t *slots, const int32_t *gates, size_t count,
                                       size_t done) {
    const JointEvaluation *of = how;
    const size_t m = of->garblers, instances = of->instances, n = count * instances;
    const Rows a = {of->work, n}, b = {of->work + 2 * n * m, n}, c = {of->work + 4 * n * m, n};
    for (size_t i = 0; i < m; i++) {
        gather_row(row_of(a, i), slots, gates, count, LEFT, i, m, no_offset, instances);
        gather_row(row_of(b, i), slots, gates, count, RIGHT, i, m, no_offset, instances);
    }
    for (size_t j = 0; j < m; j++)
        choose_strings(row_of(c, j), row_of(of->total, j) + 2 * done, row_of(of->total, m + j) + 2 * done,
                       row_of(of->total, 2 * m + j) + 2 * done, row_of(a, j), row_of(a, 0), row_of(b, 0),
                       of->lowest + of->total.step * j + done, n);
    for (size_t at = 0; at < n; at += NEAR)
        for (size_t pair = 0; pair < m * m; pair++)
            evaluate_jointly(row_of(c, pair % m) + 2 * at, row_of(a, pair / m) + 2 * at, row_of(b, pair / m) + 2 * at,
                             of->starts + 2 * pair, of->first + done + at, n - at < NEAR ? n - at : NEAR);
    for (size_t j = 0; j < m; j++) scatter_row(slots, row_of(c, j), gates, count, j, m, instances);
}

static void evaluate_jointly_circuit(uint64_t *slots, uint64_t *work, const uint64_t *total, const uint8_t *lowest,
                                     const int32_t *gates, const int32_t *groups, size_t n_groups,
                                     const uint64_t *starts, size_t garblers, uint64_t first, size_t ands,
                                     size_t instances) {
    const JointEvaluation of = {{(uint64_t *)total, ands}, lowest, work, starts, garblers, first, instances};
    walk_groups(slots, garblers * instances, gates, groups, n_groups, instances, evaluate_joint_ands, &of);
}
