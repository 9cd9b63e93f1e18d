#include "dispatch.h"
#include "lengths.h"
#include "products/exports.h"

#include <string.h>

/* Words are worked on by at most TILE at a time: whole rows, or parts of a row. Planes take 64 words at once, and rows
 * need not: up to 63 words wait in a queue. */
enum { TILE = 2048, QUEUE = TILE + 64, LABEL_WORDS = 2, LABEL_BYTES = 16, SHAPE = 3 };
enum { MAX_LENGTH = 1 << 17 };

static const uint64_t nothing[LABEL_WORDS];

static size_t words_for(size_t bits) { return (bits + 63) / 64; }

/* A group: its planes, its part of the shares, and where its choices begin among all. */
typedef struct {
    size_t width, first_choice;
    unsigned shift;
    uint64_t *shares;
} Group;

/* What is worked on next: `rows` rows from `row` on, of each the words `column` to column + length. */
typedef struct {
    size_t row, rows, column, length;
} Piece;

/* The piece after `last`, which may be {begin, 0, length, 0}; its rows are 0 where none is left. */
static Piece next_piece(Piece last, size_t length, size_t end) {
    Piece next = {last.row, 1, last.column + last.length, 0};
    if (next.column >= length) {
        next.row += last.rows;
        next.column = 0;
        next.rows = length > TILE ? at_most(end - next.row, 1) : at_most(end - next.row, TILE / length);
    }
    next.length = at_most(length - next.column, TILE);
    return next;
}

/* `count` <= TILE bits from number `first` on, from the first place on. */
static void copy_bits(uint64_t *out, const uint64_t *bits, size_t first, size_t count) {
    const size_t shift = first % 64, last = (first + count - 1) / 64;
    for (size_t i = 0; i < words_for(count); i++) {
        const size_t at = first / 64 + i;
        const uint64_t upper = shift && at < last ? bits[at + 1] << (64 - shift) : 0;
        out[i] = bits[at] >> shift | upper;
    }
}

/* Words that become planes, or that planes become: `filled` of them, from word `place` of the group on. */
typedef struct {
    uint64_t words[QUEUE], planes[64 * (QUEUE / 64)];
    size_t filled, place;
} Queue;

static void drop(Queue *queue, size_t words) {
    queue->filled -= words;
    memmove(queue->words, queue->words + words, queue->filled * sizeof *queue->words);
}

/* Writes the first `count` words as planes; a multiple of 64, or the group's last. */
static void write_planes(uint64_t *corrections, size_t step, Queue *queue, size_t count, size_t width) {
    const size_t row = words_for(count);
    if (!count) return;
    selected->bits.planes(queue->planes, queue->words, count, width);
    for (size_t i = 0; i < width; i++)
        memcpy(corrections + i * step + queue->place / 64, queue->planes + i * row, row * sizeof *corrections);
    queue->place += count;
    drop(queue, count);
}

/* Reads as many words as are needed for `wanted` to be there; `total`: how many the group has. */
static void read_planes(Queue *queue, const uint64_t *corrections, size_t step, size_t wanted, size_t total,
                        size_t width) {
    if (queue->filled >= wanted) return;
    const size_t count = at_most(words_for(wanted - queue->filled) * 64, total - queue->place), row = words_for(count);
    for (size_t i = 0; i < width; i++)
        memcpy(queue->planes + i * row, corrections + i * step + queue->place / 64, row * sizeof *corrections);
    selected->bits.from_planes(queue->words + queue->filled, queue->planes, count, width);
    queue->place += count;
    queue->filled += count;
}

static Group group_at(const uint8_t *shapes, size_t g, uint64_t *shares, size_t count, size_t length) {
    const uint8_t *shape = shapes + SHAPE * g;
    return (Group){shape[0], g * count, shape[1], shares + shape[2] * count * length};
}

typedef struct {
    const uint64_t *labels, *bits, *delta, *start;
    uint64_t first;
} Labels;

/* The labels of a group are a run. */
static void pads_of(uint64_t *out, const Labels *labels, const uint64_t *offset, Group group, size_t length,
                    Piece piece) {
    const PadRun run = {labels->start, labels->first + group.first_choice, length};
    selected->products.pads(out, labels->labels + LABEL_WORDS * (group.first_choice + piece.row), offset, &run,
                            piece.row, piece.rows, piece.column, piece.length);
}

static void send_group(uint64_t *corrections, size_t step, const Labels *labels, Group group, const uint64_t *x,
                       size_t length, size_t begin, size_t end) {
    uint64_t zero[TILE], one[TILE], turns[TILE / 64] = {0};
    Queue queue;
    queue.filled = 0;
    queue.place = begin * length;
    Piece piece = {begin, 0, length, 0};
    while ((piece = next_piece(piece, length, end)).rows) {
        const size_t choice = group.first_choice + piece.row, at = piece.row * length + piece.column;
        pads_of(zero, labels, nothing, group, length, piece);
        pads_of(one, labels, labels->delta, group, length, piece);
        if (labels->bits) copy_bits(turns, labels->bits, choice, piece.rows);
        selected->products.send(queue.words + queue.filled, group.shares + at, zero, one, x + at, turns, group.shift,
                                piece.rows, piece.length);
        queue.filled += piece.rows * piece.length;
        write_planes(corrections, step, &queue, queue.filled & ~(size_t)63, group.width);
    }
    write_planes(corrections, step, &queue, queue.filled, group.width);
}

static void receive_group(const uint64_t *corrections, size_t step, const Labels *labels, Group group, size_t length,
                          size_t begin, size_t end) {
    uint64_t own[TILE], choices[TILE / 64];
    Queue queue;
    queue.filled = 0;
    queue.place = begin * length;
    Piece piece = {begin, 0, length, 0};
    while ((piece = next_piece(piece, length, end)).rows) {
        const size_t choice = group.first_choice + piece.row, words = piece.rows * piece.length;
        pads_of(own, labels, nothing, group, length, piece);
        copy_bits(choices, labels->bits, choice, piece.rows);
        read_planes(&queue, corrections, step, words, end * length, group.width);
        selected->products.receive(group.shares + piece.row * length + piece.column, own, queue.words, choices,
                                   group.shift, piece.rows, piece.length);
        drop(&queue, words);
    }
}

/* Whether so many labels have numbers. */
static inline int numbered(uint64_t first, size_t labels) {
    const uint64_t numbers = (uint64_t)1 << PARLEY_BLOCK_TWEAK;
    return first <= numbers && labels <= numbers - first;
}

/* Whether shapes, lengths and numbers are what the exports ask for. */
static inline int in_order(const uint8_t *shapes, size_t groups, size_t count, size_t length, size_t begin, size_t end,
                           uint64_t first) {
    int fits = there(shapes, groups) && begin % 64 == 0 && begin <= end && end <= count && length <= MAX_LENGTH;
    fits = fits && numbered(first, groups * count);
    for (size_t g = 0; fits && g < groups; g++) {
        const unsigned width = shapes[SHAPE * g], shift = shapes[SHAPE * g + 1];
        fits = width >= 1 && shift < 64 && width + shift <= 64;
    }
    return fits;
}

void parley_products_send(uint64_t *corrections, uint64_t *shares, const uint64_t *labels, const uint64_t *turns,
                          const uint64_t *delta, const uint64_t *x, size_t step, const uint64_t *start,
                          uint64_t first, const uint8_t *shapes, size_t groups, size_t count, size_t length,
                          size_t begin, size_t end) {
    REQUIRES(in_order(shapes, groups, count, length, begin, end, first));
    REQUIRES(apart(shares, count * length * 8, labels, groups * count * LABEL_BYTES));
    REQUIRES(apart(shares, count * length * 8, corrections, words_for(count * length) * 8));
    REQUIRES(there(x, groups * count * length) && there(delta, LABEL_BYTES) && there(start, LABEL_BYTES));
    const Labels all = {labels, turns, delta, start, first};
    const size_t row = words_for(count * length);
    for (size_t g = 0; length && g < groups; g++) {
        const Group group = group_at(shapes, g, shares, count, length);
        send_group(corrections, row, &all, group, x + g * step, length, begin, end);
        corrections += group.width * row;
    }
}

void parley_products_receive(uint64_t *shares, const uint64_t *labels, const uint64_t *choices,
                             const uint64_t *corrections, const uint64_t *start, uint64_t first,
                             const uint8_t *shapes, size_t groups, size_t count, size_t length, size_t begin,
                             size_t end) {
    REQUIRES(in_order(shapes, groups, count, length, begin, end, first));
    REQUIRES(apart(shares, count * length * 8, labels, groups * count * LABEL_BYTES));
    REQUIRES(apart(shares, count * length * 8, corrections, words_for(count * length) * 8));
    REQUIRES(there(choices, groups * count) && there(start, LABEL_BYTES));
    const Labels all = {labels, choices, NULL, start, first};
    const size_t row = words_for(count * length);
    for (size_t g = 0; length && g < groups; g++) {
        const Group group = group_at(shapes, g, shares, count, length);
        receive_group(corrections, row, &all, group, length, begin, end);
        corrections += group.width * row;
    }
}

void parley_pads(uint64_t *out, const uint64_t *labels, const uint64_t *offset, const uint64_t *start, uint64_t first,
                 size_t words, size_t row, size_t n, size_t column, size_t length) {
    REQUIRES(words <= MAX_LENGTH && column % 2 == 0 && column <= words && length <= words - column);
    REQUIRES(row <= SIZE_MAX - n && numbered(first, row + n));
    REQUIRES(apart(out, n * length * 8, labels, n * LABEL_BYTES) && apart(out, n * length * 8, offset, LABEL_BYTES));
    REQUIRES(apart(out, n * length * 8, start, LABEL_BYTES));
    const PadRun run = {start, first, words};
    selected->products.pads(out, labels, offset, &run, row, n, column, length);
}

void parley_pad_planes(uint64_t *out, size_t step, const uint64_t *labels, const uint64_t *offset,
                       const uint64_t *start, uint64_t first, size_t begin, size_t n, size_t bits) {
    REQUIRES(bits <= 64 && step >= words_for(n));
    REQUIRES(begin <= SIZE_MAX - n && numbered(first, begin + n));
    REQUIRES(apart(out, bits * step * 8, labels, n * LABEL_BYTES));
    REQUIRES(apart(out, bits * step * 8, start, LABEL_BYTES) && apart(out, bits * step * 8, offset, LABEL_BYTES));
    const PadRun run = {start, first, 1};
    uint64_t pads[TILE], planes[64 * (TILE / 64)];
    for (size_t i = 0; i < n; i += TILE) {
        const size_t here = at_most(n - i, TILE), row = words_for(here);
        selected->products.pads(pads, labels + LABEL_WORDS * i, offset, &run, begin + i, here, 0, 1);
        selected->bits.planes(planes, pads, here, bits);
        for (size_t b = 0; b < bits; b++) memcpy(out + b * step + i / 64, planes + b * row, row * sizeof *out);
    }
}
