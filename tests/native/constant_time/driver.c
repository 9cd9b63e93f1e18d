/* driver                                  lists the implementations of this processor
 * driver IMPLEMENTATION CASE SECRET       runs a case, those that end in it, or "all", on a secret: 0 is zeros, 1 ones,
 *                                         others are seeds
 * driver IMPLEMENTATION CASE SECRET trap  the same, with a trap for the tracer before the case begins
 */

#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_UNDEFINED(address, length) 0
#endif

#include "process_exports.h"

static _Alignas(64) uint64_t secret[SECRET_WORDS];
static _Alignas(64) uint64_t out[OUT_WORDS];

/* The tracer stops where this begins. */
__attribute__((noinline)) void case_ended(void) { __asm__ volatile("" ::: "memory"); }

static void fill(unsigned kind) {
    if (!kind) return;
    uint64_t state = kind * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < SECRET_WORDS; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        secret[i] = kind == 1 ? UINT64_MAX : state;
    }
}

static int find_implementation(const char *name) {
    for (int i = 0; i < parley_implementation_count(); i++)
        if (!strcmp(parley_implementation_name(i), name)) return i;
    return -1;
}

static int is_meant(const char *name, const char *c) {
    const size_t length = strlen(name), of = strlen(c);
    return !strcmp(name, "all") || (length <= of && !strcmp(name, c + of - length));
}

/* How many cases are meant by this name; runs them if asked to. */
static int cases_of(const char *name, int run) {
    int found = 0;
    for (const Case *c = cases; c->name; c++) {
        if (!is_meant(name, c->name)) continue;
        found++;
        if (!run) continue;
        (void)VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof secret);
        c->run(out, secret);
        if (parley_broken_contract()) exit(5);
    }
    return found;
}

static int list(void) {
    for (int i = 0; i < parley_implementation_count(); i++) puts(parley_implementation_name(i));
    return 0;
}

int main(int count, char **arguments) {
    parley_start();
    if (count < 4) return list();
    const int implementation = find_implementation(arguments[1]);
    if (implementation < 0 || !cases_of(arguments[2], 0)) return 3;
    parley_select(implementation);
    fill((unsigned)atoi(arguments[3]));
    if (count > 4) __asm__ volatile("int3");
    cases_of(arguments[2], 1);
    case_ended();
    return 0;
}
