#include "dispatch.h"

enum { WORD = 8, LABEL = 16, ROUND_KEYS = 176 };

void parley_hash_cr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    REQUIRES(same_or_apart(out, x, LABEL * n));
    REQUIRES(apart(out, LABEL * n, round_keys, ROUND_KEYS));
    selected->labels.hash_cr(out, x, round_keys, n);
}

void parley_hash_ccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    REQUIRES(same_or_apart(out, x, LABEL * n));
    REQUIRES(apart(out, LABEL * n, round_keys, ROUND_KEYS));
    selected->labels.hash_ccr(out, x, round_keys, n);
}

void parley_hash_tccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], uint64_t first, size_t n) {
    REQUIRES(same_or_apart(out, x, LABEL * n));
    REQUIRES(apart(out, LABEL * n, round_keys, ROUND_KEYS));
    selected->labels.hash_tccr(out, x, round_keys, first, n);
}

void parley_hash_rekeyed(uint64_t *out, const uint64_t *x, const uint64_t start[2], uint64_t first, size_t n,
                         size_t each) {
    REQUIRES(!n || n - 1 <= UINT64_MAX - first);
    REQUIRES(same_or_apart(out, x, LABEL * each * n));
    REQUIRES(apart(out, LABEL * each * n, start, LABEL));
    selected->labels.hash_rekeyed(out, x, start, first, n, each);
}

void parley_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[2 * 176], size_t n) {
    REQUIRES(apart(out, 2 * LABEL * n, seeds, LABEL * n));
    REQUIRES(apart(out, 2 * LABEL * n, round_keys, 2 * ROUND_KEYS));
    selected->labels.tree_level(out, seeds, round_keys, n);
}

void parley_half_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[176], size_t n) {
    REQUIRES(apart(out, 2 * LABEL * n, seeds, LABEL * n));
    REQUIRES(apart(out, 2 * LABEL * n, round_keys, ROUND_KEYS));
    selected->labels.half_tree_level(out, seeds, round_keys, n);
}

void parley_shift_labels(uint64_t *out, const uint64_t *labels, size_t label_step, const uint8_t *bits, size_t bit_step,
                         const uint64_t delta[2], size_t rows, size_t n) {
    const size_t label_bytes = rows ? LABEL * ((rows - 1) * label_step + n) : 0;
    const size_t bit_bytes = rows ? (rows - 1) * bit_step + n : 0;
    REQUIRES(rows < 2 || (label_step >= n && bit_step >= n));
    REQUIRES(apart(out, LABEL * rows * n, labels, label_bytes) && apart(out, LABEL * rows * n, bits, bit_bytes));
    REQUIRES(apart(out, LABEL * rows * n, delta, LABEL));
    selected->labels.shift_labels(out, labels, label_step, bits, bit_step, delta, rows, n);
}

/* Whether `gates` gates from `first` on are all below a limit: their tweaks have 64 bits. */
static inline int are_below(uint64_t limit, uint64_t first, size_t gates) {
    return first <= limit && gates <= limit - first;
}

static inline int have_tweaks(uint64_t first, size_t gates) { return are_below((uint64_t)1 << 63, first, gates); }

static inline int have_three_tweaks(uint64_t first, size_t gates) { return are_below((uint64_t)1 << 62, first, gates); }

void parley_garble_ands(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0, const uint64_t delta[2],
                        const uint64_t start[2], uint64_t first, size_t n) {
    REQUIRES(have_tweaks(first, n));
    REQUIRES(same_or_apart(c0, a0, LABEL * n) && same_or_apart(c0, b0, LABEL * n));
    REQUIRES(apart(tables, 2 * LABEL * n, a0, LABEL * n) && apart(tables, 2 * LABEL * n, b0, LABEL * n));
    REQUIRES(apart(tables, 2 * LABEL * n, c0, LABEL * n));
    REQUIRES(apart(tables, 2 * LABEL * n, delta, LABEL) && apart(tables, 2 * LABEL * n, start, LABEL));
    REQUIRES(apart(c0, LABEL * n, delta, LABEL) && apart(c0, LABEL * n, start, LABEL));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_ands(tables, c0, a0, b0, delta, start, first, n);
}

void parley_evaluate_ands(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *tables,
                          const uint64_t start[2], uint64_t first, size_t n) {
    REQUIRES(have_tweaks(first, n));
    REQUIRES(same_or_apart(c, a, LABEL * n) && same_or_apart(c, b, LABEL * n));
    REQUIRES(apart(c, LABEL * n, tables, 2 * LABEL * n));
    REQUIRES(apart(c, LABEL * n, start, LABEL));
    selected->labels.evaluate_ands(c, a, b, tables, start, first, n);
}

/* The ANDs of a part of a program: over its groups, times the instances. */
static size_t ands_of(const int32_t *groups, size_t n_groups, size_t instances) {
    size_t ands = 0;
    for (size_t i = 0; i < n_groups; i++) ands += groups[2 * i + 1] ? (size_t)groups[2 * i] : 0;
    return ands * instances;
}

static int groups_hold(const int32_t *groups, size_t n_groups) {
    for (size_t i = 0; i < n_groups; i++)
        if (groups[2 * i] < 0 || (groups[2 * i + 1] != 0 && groups[2 * i + 1] != 1)) return 0;
    return 1;
}

void parley_garble_circuit(uint64_t *tables, uint64_t *slots, uint64_t *work, const int32_t *gates,
                           const int32_t *groups, size_t n_groups, const uint64_t delta[2], const uint64_t start[2],
                           uint64_t first, size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    REQUIRES(have_tweaks(first, ands_of(groups, n_groups, instances)));
    REQUIRES(there(tables, 2 * LABEL * ands_of(groups, n_groups, instances)));
    REQUIRES(!n_groups || (gates && slots && work && slots != work && tables != slots && tables != work));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_circuit(tables, slots, work, gates, groups, n_groups, delta, start, first, instances);
}

void parley_evaluate_circuit(uint64_t *slots, uint64_t *work, const uint64_t *tables, const int32_t *gates,
                             const int32_t *groups, size_t n_groups, const uint64_t start[2], uint64_t first,
                             size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    REQUIRES(have_tweaks(first, ands_of(groups, n_groups, instances)));
    REQUIRES(there(tables, 2 * LABEL * ands_of(groups, n_groups, instances)));
    REQUIRES(!n_groups || (gates && slots && work && slots != work));
    selected->labels.evaluate_circuit(slots, work, tables, gates, groups, n_groups, start, first, instances);
}

void parley_garble_three_halves(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *c0, const uint64_t *a0,
                                const uint64_t *b0, const uint64_t delta[2], const uint64_t start[2],
                                const uint8_t *dice, uint64_t first, size_t n) {
    REQUIRES(have_three_tweaks(first, n));
    REQUIRES(same_or_apart(c0, a0, LABEL * n) && same_or_apart(c0, b0, LABEL * n));
    REQUIRES(apart(pairs, LABEL * n, a0, LABEL * n) && apart(pairs, LABEL * n, b0, LABEL * n));
    REQUIRES(apart(thirds, WORD * n, a0, LABEL * n) && apart(thirds, WORD * n, b0, LABEL * n));
    REQUIRES(apart(controls, n, a0, LABEL * n) && apart(controls, n, b0, LABEL * n));
    REQUIRES(apart(c0, LABEL * n, pairs, LABEL * n) && apart(c0, LABEL * n, thirds, WORD * n));
    REQUIRES(apart(c0, LABEL * n, controls, n) && apart(c0, LABEL * n, dice, n));
    REQUIRES(apart(pairs, LABEL * n, thirds, WORD * n) && apart(pairs, LABEL * n, controls, n));
    REQUIRES(apart(thirds, WORD * n, controls, n) && apart(controls, n, dice, n));
    REQUIRES(apart(pairs, LABEL * n, dice, n) && apart(thirds, WORD * n, dice, n));
    REQUIRES(apart(c0, LABEL * n, delta, LABEL) && apart(c0, LABEL * n, start, LABEL));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_three_halves(pairs, thirds, controls, c0, a0, b0, delta, start, dice, first, n);
}

void parley_evaluate_three_halves(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *pairs,
                                  const uint64_t *thirds, const uint8_t *controls, const uint64_t start[2],
                                  uint64_t first, size_t n) {
    REQUIRES(have_three_tweaks(first, n));
    REQUIRES(same_or_apart(c, a, LABEL * n) && same_or_apart(c, b, LABEL * n));
    REQUIRES(apart(c, LABEL * n, pairs, LABEL * n) && apart(c, LABEL * n, thirds, WORD * n));
    REQUIRES(apart(c, LABEL * n, controls, n) && apart(c, LABEL * n, start, LABEL));
    selected->labels.evaluate_three_halves(c, a, b, pairs, thirds, controls, start, first, n);
}

void parley_garble_three_halves_circuit(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *slots,
                                        uint64_t *work, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                        const uint64_t delta[2], const uint64_t start[2], const uint8_t *dice,
                                        uint64_t first, size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t ands = ands_of(groups, n_groups, instances);
    REQUIRES(have_three_tweaks(first, ands));
    REQUIRES(apart(pairs, LABEL * ands, thirds, WORD * ands) && apart(pairs, LABEL * ands, controls, ands));
    REQUIRES(apart(thirds, WORD * ands, controls, ands) && apart(controls, ands, dice, ands));
    REQUIRES(!n_groups || (gates && slots && work && slots != work && pairs != slots && pairs != work));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_three_halves_circuit(pairs, thirds, controls, slots, work, gates, groups, n_groups, delta,
                                                 start, dice, first, instances);
}

void parley_evaluate_three_halves_circuit(uint64_t *slots, uint64_t *work, const uint64_t *pairs,
                                          const uint64_t *thirds, const uint8_t *controls, const int32_t *gates,
                                          const int32_t *groups, size_t n_groups, const uint64_t start[2],
                                          uint64_t first, size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t ands = ands_of(groups, n_groups, instances);
    REQUIRES(have_three_tweaks(first, ands));
    REQUIRES(there(pairs, LABEL * ands) && there(thirds, WORD * ands) && there(controls, ands));
    REQUIRES(!n_groups || (gates && slots && work && slots != work));
    selected->labels.evaluate_three_halves_circuit(slots, work, pairs, thirds, controls, gates, groups, n_groups, start,
                                                   first, instances);
}

void parley_garble_jointly(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0, const uint64_t *b0,
                           const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n) {
    uint64_t *const written[3] = {left, right, third};
    REQUIRES(have_tweaks(first, n));
    REQUIRES(apart(left, LABEL * n, right, LABEL * n) && apart(left, LABEL * n, third, LABEL * n));
    REQUIRES(apart(right, LABEL * n, third, LABEL * n));
    for (int i = 0; i < 3; i++) {
        REQUIRES(apart(written[i], LABEL * n, a0, LABEL * n) && apart(written[i], LABEL * n, b0, LABEL * n));
        REQUIRES(apart(written[i], LABEL * n, delta, LABEL) && apart(written[i], LABEL * n, start, LABEL));
    }
    selected->labels.garble_jointly(left, right, third, a0, b0, delta, start, first, n);
}

void parley_evaluate_jointly(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t start[2], uint64_t first,
                             size_t n) {
    REQUIRES(have_tweaks(first, n));
    REQUIRES(apart(c, LABEL * n, a, LABEL * n) && apart(c, LABEL * n, b, LABEL * n));
    REQUIRES(apart(c, LABEL * n, start, LABEL));
    selected->labels.evaluate_jointly(c, a, b, start, first, n);
}

void parley_garble_jointly_circuit(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                   const uint64_t *shares, size_t share_step, const int32_t *gates,
                                   const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                   const uint64_t *starts, size_t me, size_t garblers, uint64_t first, size_t ands,
                                   size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    REQUIRES(ands == ands_of(groups, n_groups, instances) && have_tweaks(first, ands));
    REQUIRES(me < garblers && share_step >= 2 * ands);
    const size_t table_bytes = (3 * garblers - 1) * LABEL * ands;
    const size_t share_bytes = LABEL * ((garblers - 1) * share_step + 2 * ands);
    REQUIRES(apart(tables, table_bytes, shares, share_bytes) && apart(tables, table_bytes, lowest, ands));
    REQUIRES(apart(lowest, ands, shares, share_bytes) && apart(tables, table_bytes, starts, LABEL * garblers));
    REQUIRES(!n_groups || (gates && slots && work && slots != work && tables != slots && tables != work));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_jointly_circuit(tables, lowest, slots, work, shares, share_step, gates, groups, n_groups,
                                            delta, starts, me, garblers, first, ands, instances);
}

void parley_evaluate_jointly_circuit(uint64_t *slots, uint64_t *work, const uint64_t *total, const uint8_t *lowest,
                                     const int32_t *gates, const int32_t *groups, size_t n_groups,
                                     const uint64_t *starts, size_t garblers, uint64_t first, size_t ands,
                                     size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    REQUIRES(ands == ands_of(groups, n_groups, instances) && have_tweaks(first, ands));
    REQUIRES(there(total, 3 * garblers * LABEL * ands) && there(lowest, garblers * ands));
    REQUIRES(there(starts, LABEL * garblers * garblers));
    REQUIRES(!n_groups || (gates && slots && work && slots != work));
    selected->labels.evaluate_jointly_circuit(slots, work, total, lowest, gates, groups, n_groups, starts, garblers,
                                              first, ands, instances);
}

void parley_spread_labels(uint64_t *left, uint64_t *right, uint64_t *slots, const uint64_t *results,
                          const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t offset[2],
                          size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t bytes = LABEL * ands_of(groups, n_groups, instances);
    REQUIRES(apart(left, bytes, right, bytes) && apart(left, bytes, results, bytes));
    REQUIRES(apart(right, bytes, results, bytes));
    REQUIRES(!n_groups || (gates && slots && slots != left && slots != right));
    selected->labels.spread_labels(left, right, slots, results, gates, groups, n_groups, offset, instances);
}

void parley_garble_authenticated(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                 const uint64_t *left, const uint64_t *right, const uint64_t *sums,
                                 const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                 const uint64_t start[2], uint64_t first, size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t ands = ands_of(groups, n_groups, instances);
    REQUIRES(have_tweaks(first, ands));
    const size_t table_bytes = 2 * LABEL * ands;
    REQUIRES(apart(tables, table_bytes, left, LABEL * ands) && apart(tables, table_bytes, right, LABEL * ands));
    REQUIRES(apart(tables, table_bytes, sums, LABEL * ands) && apart(tables, table_bytes, lowest, ands));
    REQUIRES(!n_groups || (gates && slots && work && slots != work && tables != slots && tables != work));
    REQUIRES_OF_CONTENTS(delta[0] & 1);
    selected->labels.garble_authenticated(tables, lowest, slots, work, left, right, sums, gates, groups, n_groups, delta,
                                          start, first, instances);
}

void parley_evaluate_authenticated(uint8_t *masked, uint64_t *slots, uint64_t *work, const uint64_t *tables,
                                   const uint64_t *sums, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                   const uint64_t start[2], uint64_t first, size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t ands = ands_of(groups, n_groups, instances);
    REQUIRES(have_tweaks(first, ands));
    REQUIRES(apart(masked, ands, tables, 2 * LABEL * ands) && apart(masked, ands, sums, LABEL * ands));
    REQUIRES(!n_groups || (gates && slots && work && slots != work));
    selected->labels.evaluate_authenticated(masked, slots, work, tables, sums, gates, groups, n_groups, start, first,
                                            instances);
}

void parley_mark_labels(uint64_t *labels, const uint64_t *bits, const uint64_t offset[2], size_t n) {
    REQUIRES(apart(labels, LABEL * n, bits, (n + 63) / 64 * WORD) && apart(labels, LABEL * n, offset, LABEL));
    selected->labels.mark_labels(labels, bits, offset, n);
}

void parley_add_to_tables(uint64_t *out, const uint64_t *tables, const uint64_t *first, const uint64_t *second,
                          size_t n) {
    REQUIRES(same_or_apart(out, tables, 2 * LABEL * n));
    REQUIRES(apart(out, 2 * LABEL * n, first, LABEL * n) && apart(out, 2 * LABEL * n, second, LABEL * n));
    selected->labels.add_to_tables(out, tables, first, second, n);
}

void parley_check_authenticated(uint64_t *held, uint64_t *slots, const uint8_t *results, const uint64_t *left,
                                const uint64_t *right, const uint64_t *sums, const int32_t *gates,
                                const int32_t *groups, size_t n_groups, const uint64_t delta[2], size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups) && instances <= 64);
    const size_t n = ands_of(groups, n_groups, instances);
    REQUIRES(apart(held, WORD * n, results, n) && apart(held, WORD * n, left, WORD * n));
    REQUIRES(apart(held, WORD * n, right, WORD * n) && apart(held, WORD * n, sums, WORD * n));
    REQUIRES(!n_groups || (gates && slots && slots != held));
    selected->labels.check_authenticated(held, slots, results, left, right, sums, gates, groups, n_groups, delta,
                                         instances);
}

void parley_prove_ands(uint64_t *left, uint64_t *right, uint64_t *cross, uint8_t *told, uint64_t *slots,
                       uint64_t *results, const int32_t *gates, const int32_t *groups, size_t n_groups,
                       size_t instances) {
    REQUIRES(there(groups, 8 * n_groups) && groups_hold(groups, n_groups));
    const size_t ands = ands_of(groups, n_groups, instances), bytes = LABEL * ands;
    REQUIRES(apart(left, bytes, right, bytes) && apart(left, bytes, cross, bytes) && apart(right, bytes, cross, bytes));
    REQUIRES(apart(results, bytes, left, bytes) && apart(results, bytes, right, bytes));
    REQUIRES(apart(results, bytes, cross, bytes) && apart(told, ands, results, bytes));
    REQUIRES(!n_groups || (gates && slots && slots != left && slots != right && slots != cross && slots != results));
    selected->labels.prove_ands(left, right, cross, told, slots, results, gates, groups, n_groups, instances);
}
