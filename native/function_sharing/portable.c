/* The slow, obvious reference: plain C for any machine, one key after the other. */

#include "kernels.h"

#include "function_sharing/leaf.h"
#include "labels/portable_label.h"

static Label with_lowest(Label x, uint64_t bit) { return (Label){(x.low & ~(uint64_t)1) | bit, x.high}; }

static Label where(uint64_t bit, Label x) { return (Label){x.low & (0 - bit), x.high & (0 - bit)}; }

/* The bit of a place that says which way a walk goes at a level: 1 to the right. */
static uint64_t turn_at(uint64_t place, size_t width, size_t level) { return place >> (width - 1 - level) & 1; }

static void point_deal(uint64_t *corrections, size_t step, const uint64_t *points, const uint64_t *left_roots,
                       const uint64_t *right_roots, const uint64_t *start, uint64_t first, size_t width, size_t n) {
    const size_t levels = levels_of(width);
    uint8_t keys[176];
    for (size_t i = 0; i < n; i++) {
        Label s_0 = with_lowest(label_at(left_roots, i), 0), s_1 = with_lowest(label_at(right_roots, i), 1);
        const Label delta = sum(s_0, s_1);
        expand_tweaked(keys, start, first + i);
        for (size_t level = 0; level < levels; level++) {
            const uint64_t turn = turn_at(points[i], width, level);
            const Label h_0 = ccr(s_0, keys), h_1 = ccr(s_1, keys);
            const Label cw = sum(sum(h_0, h_1), where(1 ^ turn, delta));
            s_0 = sum(sum(h_0, if_odd(s_0, cw)), where(turn, s_0));
            s_1 = sum(sum(h_1, if_odd(s_1, cw)), where(turn, s_1));
            put(corrections, level * step + i, cw);
        }
        put(corrections, levels * step + i, sum(ccr(s_0, keys), ccr(s_1, keys)));
        flip_place(corrections + 2 * (levels * step + i), in_leaf(points[i], width));
    }
}

static void point_read(uint64_t *at_most, uint64_t *same, const uint64_t *corrections, size_t step,
                       const uint64_t *roots, int party, const uint64_t *places, const uint64_t *start, uint64_t first,
                       size_t width, size_t n) {
    const size_t levels = levels_of(width);
    uint8_t keys[176];
    for (size_t i = 0; i < n; i++) {
        Label s = with_lowest(label_at(roots, i), (uint64_t)party);
        uint64_t passed = 0, leaf[2];
        expand_tweaked(keys, start, first + i);
        for (size_t level = 0; level < levels; level++) {
            const uint64_t turn = turn_at(places[i], width, level);
            const Label left = sum(ccr(s, keys), if_odd(s, label_at(corrections, level * step + i)));
            passed ^= where(turn, left).low;
            s = sum(left, where(turn, s));
        }
        put(leaf, 0, sum(ccr(s, keys), if_odd(s, label_at(corrections, levels * step + i))));
        answer(at_most, same, i, &passed, leaf, places, width, 1);
    }
}

const FunctionSharingKernels function_sharing_portable = {OWN(point_deal) OWN(point_read)};
