/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "labels/portable_label.h"

static void hash_cr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    for (size_t i = 0; i < n; i++) put(out, i, sum(pi(label_at(x, i), round_keys), label_at(x, i)));
}

static void hash_ccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n) {
    for (size_t i = 0; i < n; i++) put(out, i, ccr(label_at(x, i), round_keys));
}

static void hash_tccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], uint64_t first, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const Label inner = pi(label_at(x, i), round_keys), tweak = {first + i, 0};
        put(out, i, sum(pi(sum(inner, tweak), round_keys), inner));
    }
}

static void hash_rekeyed(uint64_t *out, const uint64_t *x, const uint64_t start[2], uint64_t first, size_t n,
                         size_t each) {
    uint8_t round_keys[176];
    for (size_t i = 0; i < n; i++) {
        expand_tweaked(round_keys, start, first + i);
        hash_ccr(out + 2 * each * i, x + 2 * each * i, round_keys, each);
    }
}

static void tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[2 * 176], size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < 2; b++) put(out, 2 * i + b, ccr(label_at(seeds, i), round_keys + 176 * b));
}

static void half_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[176], size_t n) {
    for (size_t i = 0; i < n; i++) {
        const Label x = label_at(seeds, i), h = ccr(x, round_keys);
        put(out, 2 * i, h);
        put(out, 2 * i + 1, sum(x, h));
    }
}

static void garble_ands(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0, const uint64_t delta[2],
                        const uint64_t start[2], uint64_t first, size_t n) {
    const Label R = label_at(delta, 0);
    uint8_t j[176], j_prime[176];
    for (size_t i = 0; i < n; i++) {
        const Label a = label_at(a0, i), b = label_at(b0, i);
        expand_tweaked(j, start, 2 * (first + i));
        expand_tweaked(j_prime, start, 2 * (first + i) + 1);
        const Label h_a0 = ccr(a, j), h_a1 = ccr(sum(a, R), j);
        const Label h_b0 = ccr(b, j_prime), h_b1 = ccr(sum(b, R), j_prime);
        const Label t_g = sum(sum(h_a0, h_a1), if_odd(b, R));
        const Label t_e = sum(sum(h_b0, h_b1), a);
        const Label w_g = sum(h_a0, if_odd(a, t_g));
        const Label w_e = sum(h_b0, if_odd(b, sum(t_e, a)));
        put(tables, 2 * i, t_g);
        put(tables, 2 * i + 1, t_e);
        put(c0, i, sum(w_g, w_e));
    }
}

static void evaluate_ands(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *tables,
                          const uint64_t start[2], uint64_t first, size_t n) {
    uint8_t j[176], j_prime[176];
    for (size_t i = 0; i < n; i++) {
        const Label w_a = label_at(a, i), w_b = label_at(b, i);
        const Label t_g = label_at(tables, 2 * i), t_e = label_at(tables, 2 * i + 1);
        expand_tweaked(j, start, 2 * (first + i));
        expand_tweaked(j_prime, start, 2 * (first + i) + 1);
        const Label w_g = sum(ccr(w_a, j), if_odd(w_a, t_g));
        const Label w_e = sum(ccr(w_b, j_prime), if_odd(w_b, sum(t_e, w_a)));
        put(c, i, sum(w_g, w_e));
    }
}

static void shift_labels(uint64_t *out, const uint64_t *labels, size_t label_step, const uint8_t *bits, size_t bit_step,
                         const uint64_t delta[2], size_t rows, size_t n) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n; i++) {
            const Label bit = {bits[bit_step * r + i], 0};
            put(out, n * r + i, sum(label_at(labels, label_step * r + i), if_odd(bit, label_at(delta, 0))));
        }
}

#include "labels/portable_three_halves.h"

#include "labels/portable_joint.h"

#include "labels/circuits.h"

#include "labels/authenticated_circuits.h"
#include "labels/proved_circuits.h"

#include "labels/joint_circuits.h"

const LabelKernels labels_portable = {LABEL_KERNELS(OWN)};
