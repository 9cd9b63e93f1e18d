#include "cases.h"

#include "labels/exports.h"

enum { N = 37, KEYS = 2 * N };

/* Labels from s on, round keys of two keys and a start from s + KEYS on. Even public keys are taken for secrets here. */
static const uint8_t *round_keys(uint64_t *s) { return (const uint8_t *)(s + KEYS); }

static void hash_cr(uint64_t *out, uint64_t *s) { parley_hash_cr(out, s, round_keys(s), N); }
static void hash_ccr(uint64_t *out, uint64_t *s) { parley_hash_ccr(out, s, round_keys(s), N); }
static void hash_tccr(uint64_t *out, uint64_t *s) { parley_hash_tccr(out, s, round_keys(s), 5, N); }
static void rekeyed(uint64_t *out, uint64_t *s) { parley_hash_rekeyed(out, s, s + KEYS, 5, N, 1); }
static void rekeyed_pairs(uint64_t *out, uint64_t *s) { parley_hash_rekeyed(out, s, s + KEYS, 5, 18, 2); }
static void rekeyed_rows(uint64_t *out, uint64_t *s) { parley_hash_rekeyed(out, s, s + KEYS, 5, 5, 7); }
static void tree_level(uint64_t *out, uint64_t *s) { parley_tree_level(out, s, round_keys(s), N); }
static void half_tree_level(uint64_t *out, uint64_t *s) { parley_half_tree_level(out, s, round_keys(s), N); }

enum { GATES = 11 };

static void garble_ands(uint64_t *out, uint64_t *s) {
    parley_garble_ands(out, out + 4 * GATES, s, s + 2 * GATES, s + 4 * GATES, s + KEYS, 3, GATES);
}

static void evaluate_ands(uint64_t *out, uint64_t *s) {
    parley_evaluate_ands(out, s, s + 2 * GATES, s + 4 * GATES, s + 8 * GATES, 3, GATES);
}

static void shift_labels(uint64_t *out, uint64_t *s) {
    uint8_t bits[2 * GATES];
    for (int i = 0; i < 2 * GATES; i++) bits[i] = (uint8_t)(s[i] & 1);
    parley_shift_labels(out, s, GATES + 2, bits, GATES, s + KEYS, 2, GATES);
}

static void garble_three_halves(uint64_t *out, uint64_t *s) {
    uint8_t *controls = (uint8_t *)(out + 5 * GATES);
    parley_garble_three_halves(out, out + 2 * GATES, controls, out + 3 * GATES, s, s + 2 * GATES, s + 4 * GATES,
                               s + KEYS, (const uint8_t *)(s + 6 * GATES), 3, GATES);
}

static void evaluate_three_halves(uint64_t *out, uint64_t *s) {
    parley_evaluate_three_halves(out, s, s + 2 * GATES, s + 4 * GATES, s + 6 * GATES, (const uint8_t *)(s + 7 * GATES),
                                 s + 8 * GATES, 3, GATES);
}

/* Three slots of INSTANCES labels: an AND with a negated operand, an XOR, two ANDs side by side. */
enum { INSTANCES = 5, ANDS = 3 * INSTANCES };

static const int32_t gates[] = {0, 3, 2, 4, 0, 1, 0, 2, 0, 4, 2, 1};
static const int32_t groups[] = {1, 1, 1, 0, 2, 1};

static void garble_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    parley_garble_circuit(out, s, work, gates, groups, 3, s + 6 * INSTANCES, s + KEYS, 3, INSTANCES);
}

static void evaluate_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    (void)out;
    parley_evaluate_circuit(s, work, s + 6 * INSTANCES, gates, groups, 3, s + KEYS, 3, INSTANCES);
}

static void garble_three_halves_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    parley_garble_three_halves_circuit(out, out + 2 * ANDS, (uint8_t *)(out + 3 * ANDS), s, work, gates, groups, 3,
                                       s + 6 * INSTANCES, s + KEYS, (const uint8_t *)(s + 8 * INSTANCES), 3, INSTANCES);
}

static void evaluate_three_halves_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    const uint8_t *controls = (const uint8_t *)(s + 6 * INSTANCES + 3 * ANDS);
    (void)out;
    parley_evaluate_three_halves_circuit(s, work, s + 6 * INSTANCES, s + 6 * INSTANCES + 2 * ANDS, controls, gates,
                                         groups, 3, s + 6 * INSTANCES + 4 * ANDS, 3, INSTANCES);
}

static void garble_jointly(uint64_t *out, uint64_t *s) {
    parley_garble_jointly(out, out + 2 * GATES, out + 4 * GATES, s, s + 2 * GATES, s + 4 * GATES, s + KEYS, 3, GATES);
}

static void evaluate_jointly(uint64_t *out, uint64_t *s) {
    parley_evaluate_jointly(out, s, s + 2 * GATES, s + KEYS, 3, GATES);
}

/* Two garblers' labels and shares on slots; the shares of results and products follow. */
static void garble_jointly_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[12 * INSTANCES];
    parley_garble_jointly_circuit(out, (uint8_t *)(out + 10 * ANDS), s, work, s + 18 * INSTANCES, 2 * ANDS, gates, groups,
                                  3, s + 30 * INSTANCES, s + KEYS, 1, 2, 3, ANDS, INSTANCES);
}

static void evaluate_jointly_circuit(uint64_t *out, uint64_t *s) {
    uint64_t work[24 * INSTANCES];
    uint8_t lowest[2 * ANDS];
    for (int i = 0; i < 2 * ANDS; i++) lowest[i] = (uint8_t)(s[i] & 1);
    (void)out;
    parley_evaluate_jointly_circuit(s, work, s + 12 * INSTANCES, lowest, gates, groups, 3, s + KEYS, 2, 3, ANDS,
                                    INSTANCES);
}

static void spread_labels(uint64_t *out, uint64_t *s) {
    parley_spread_labels(out, out + 2 * ANDS, s, s + 6 * INSTANCES, gates, groups, 3, s + KEYS, INSTANCES);
}

static void garble_authenticated(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    parley_garble_authenticated(out, (uint8_t *)(out + 4 * ANDS), s, work, s + 6 * INSTANCES, s + 12 * INSTANCES,
                                s + 18 * INSTANCES, gates, groups, 3, s + 24 * INSTANCES, s + KEYS, 3, INSTANCES);
}

static void evaluate_authenticated(uint64_t *out, uint64_t *s) {
    uint64_t work[8 * INSTANCES];
    parley_evaluate_authenticated((uint8_t *)out, s, work, s + 6 * INSTANCES, s + 18 * INSTANCES, gates, groups, 3,
                                  s + KEYS, 3, INSTANCES);
}

static void add_to_tables(uint64_t *out, uint64_t *s) {
    parley_add_to_tables(out, s, s + 4 * GATES, s + 6 * GATES, GATES);
}

static void mark_labels(uint64_t *out, uint64_t *s) {
    (void)out;
    parley_mark_labels(s, s + KEYS, s + KEYS + 2, N);
}

static void check_authenticated(uint64_t *out, uint64_t *s) {
    uint8_t bits[ANDS];
    for (int i = 0; i < ANDS; i++) bits[i] = (uint8_t)(s[i] & 1);
    parley_check_authenticated(out, s, bits, s + 6, s + 6 + ANDS, s + 6 + 2 * ANDS, gates, groups, 3, s + KEYS,
                               INSTANCES);
}

static void prove_ands(uint64_t *out, uint64_t *s) {
    parley_prove_ands(out, out + 2 * ANDS, out + 4 * ANDS, (uint8_t *)(out + 6 * ANDS), s, s + 6 * INSTANCES, gates,
                      groups, 3, INSTANCES);
}

const Case cases[] = {
    {"hash_cr", hash_cr}, {"hash_ccr", hash_ccr}, {"hash_tccr", hash_tccr}, {"hash_rekeyed", rekeyed},
    {"hash_rekeyed pairs", rekeyed_pairs}, {"hash_rekeyed rows", rekeyed_rows}, {"tree_level", tree_level},
    {"half_tree_level", half_tree_level}, {"garble_ands", garble_ands}, {"evaluate_ands", evaluate_ands},
    {"shift_labels", shift_labels},
    {"garble_circuit", garble_circuit}, {"evaluate_circuit", evaluate_circuit},
    {"garble_three_halves", garble_three_halves}, {"evaluate_three_halves", evaluate_three_halves},
    {"garble_three_halves_circuit", garble_three_halves_circuit},
    {"evaluate_three_halves_circuit", evaluate_three_halves_circuit},
    {"garble_jointly", garble_jointly}, {"evaluate_jointly", evaluate_jointly},
    {"garble_jointly_circuit", garble_jointly_circuit}, {"evaluate_jointly_circuit", evaluate_jointly_circuit},
    {"spread_labels", spread_labels}, {"garble_authenticated", garble_authenticated},
    {"evaluate_authenticated", evaluate_authenticated}, {"add_to_tables", add_to_tables},
    {"check_authenticated", check_authenticated}, {"mark_labels", mark_labels},
    {"prove_ands", prove_ands}, {0},
};
