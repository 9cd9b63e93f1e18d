#include "cases.h"

#include "products/exports.h"

#include <string.h>

/* What the keys of the hash are made of is public, and so are shapes and numbers. */
enum { COUNT = 70, GROUPS = 2 };

static const uint64_t start[2] = {1, 2};
static const uint8_t shapes[3 * GROUPS] = {9, 2, 0, 64, 0, 1};

static void send_rows(uint64_t *out, uint64_t *s, size_t count, size_t length) {
    memset(out, 0, OUT_WORDS / 2 * sizeof *out);
    parley_products_send(out + OUT_WORDS / 2, out, s, s + 300, s + 310, s + 320, 0, start, 5, shapes, GROUPS,
                         count, length, 0, count);
}

static void receive_rows(uint64_t *out, uint64_t *s, size_t count, size_t length) {
    memset(out, 0, OUT_WORDS / 2 * sizeof *out);
    parley_products_receive(out, s, s + 300, s + 310, start, 5, shapes, GROUPS, count, length, 0, count);
}

static void send_words(uint64_t *out, uint64_t *s) { send_rows(out, s, COUNT, 1); }
static void send_few(uint64_t *out, uint64_t *s) { send_rows(out, s, 6, 5); }
static void receive_words(uint64_t *out, uint64_t *s) { receive_rows(out, s, COUNT, 1); }
static void receive_few(uint64_t *out, uint64_t *s) { receive_rows(out, s, 6, 5); }

static void planes(uint64_t *out, uint64_t *s) {
    parley_pad_planes(out, 4, s, s + 300, start, 5, 200, 150, 3);
}

/* The last rows of a key and the first of the next, of rows of four blocks the two in the middle. */
static void pads(uint64_t *out, uint64_t *s) { parley_pads(out, s, s + 300, start, 5, 8, 60, 50, 2, 4); }

const Case cases[] = {
    {"send_words", send_words}, {"send_few", send_few}, {"receive_words", receive_words}, {"receive_few", receive_few},
    {"planes", planes}, {"pads", pads}, {0},
};
