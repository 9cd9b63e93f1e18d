/* The tile registers: eight of 16 rows of 64 bytes. They are named by literal numbers, 0 to 7, so these are macros.
 *
 * TILE_DPBUUD(c, a, b): c holds 16 x 16 sums of 32 bits, a 16 rows of 64 bytes, b in row q and bytes 4n to 4n + 3 what
 * rows 4q to 4q + 3 of a 64 x 16 matrix of bytes hold in column n. c += a * b, modulo 2^32.
 *
 * Builds with PARLEY_EMULATE_TILES do the same in plain C, for tests on processors without AMX. */
#ifndef PARLEY_MATMUL_TILES_H
#define PARLEY_MATMUL_TILES_H

#include <stdint.h>
#include <string.h>

#if !defined(PARLEY_EMULATE_TILES)

/* What LDTILECFG reads (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, section 18.3). */
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} TileShapes;

static inline void tiles_begin(void) {
    TileShapes shapes = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        shapes.row_bytes[t] = 64;
        shapes.rows[t] = 16;
    }
    _tile_loadconfig(&shapes);
}

static inline void tiles_end(void) { _tile_release(); }

/* Before loads of what was just written: gcc does not know that TILE_LOAD reads memory. */
#define TILE_SOURCES_WRITTEN() __asm__ volatile("" ::: "memory")
#define TILE_ZERO(t) _tile_zero(t)
#define TILE_LOAD(t, from) _tile_loadd(t, from, 64)
#define TILE_STORE(t, to) _tile_stored(t, to, 64)
#define TILE_DPBUUD(c, a, b) _tile_dpbuud(c, a, b)

#else

static _Thread_local union {
    uint8_t bytes[16][64];
    uint32_t sums[16][16];
} emulated[8];

static inline void tiles_begin(void) { memset(emulated, 0xee, sizeof emulated); }
static inline void tiles_end(void) { memset(emulated, 0xdd, sizeof emulated); }

static inline void emulate_dpbuud(int c, int a, int b) {
    for (int m = 0; m < 16; m++)
        for (int n = 0; n < 16; n++)
            for (int k = 0; k < 64; k++)
                emulated[c].sums[m][n] += (uint32_t)emulated[a].bytes[m][k] * emulated[b].bytes[k / 4][4 * n + k % 4];
}

#define TILE_SOURCES_WRITTEN() ((void)0)
#define TILE_ZERO(t) memset(&emulated[t], 0, sizeof emulated[t])
#define TILE_LOAD(t, from) memcpy(&emulated[t], from, sizeof emulated[t])
#define TILE_STORE(t, to) memcpy(to, &emulated[t], sizeof emulated[t])
#define TILE_DPBUUD(c, a, b) emulate_dpbuud(c, a, b)

#endif

#endif
