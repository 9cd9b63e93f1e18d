/* tracer END FILE PROGRAM ARGUMENTS...
 *
 * Runs a program until it traps, then one instruction at a time until it reaches address END, and writes to FILE, for
 * every instruction, 17 words: its address and the general registers before it, in the order of their
 * numbers (rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15). Exit code 4: tracing is not permitted here.
 */

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_PERMITTED = 4, FAILED = 5, LONGEST = 3000000 };

static void become(char **program) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || personality(ADDR_NO_RANDOMIZE) < 0) _exit(NOT_PERMITTED);
    execv(program[0], program);
    _exit(FAILED);
}

/* Continues in one of ptrace's ways; whether the program then stopped at a trap. */
static int go_on(pid_t child, int how) {
    int status;
    if (ptrace(how, child, NULL, NULL) || waitpid(child, &status, 0) != child) return 0;
    return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

static void record(FILE *file, const struct user_regs_struct *r) {
    const uint64_t line[17] = {r->rip, r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
                               r->r8,  r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
    fwrite(line, sizeof line, 1, file);
}

static int trace(pid_t child, uint64_t end, FILE *file) {
    struct user_regs_struct registers;
    if (!go_on(child, PTRACE_CONT)) return FAILED;
    for (int i = 0; i < LONGEST; i++) {
        if (ptrace(PTRACE_GETREGS, child, NULL, &registers)) return FAILED;
        if (registers.rip == end) return 0;
        record(file, &registers);
        if (!go_on(child, PTRACE_SINGLESTEP)) return FAILED;
    }
    return FAILED;
}

int main(int count, char **arguments) {
    int status;
    if (count < 4) return FAILED;
    const pid_t child = fork();
    if (!child) become(arguments + 3);
    if (child < 0 || waitpid(child, &status, 0) != child) return FAILED;
    if (!WIFSTOPPED(status)) return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
    FILE *file = fopen(arguments[2], "wb");
    if (!file) return FAILED;
    const int outcome = trace(child, strtoull(arguments[1], NULL, 16), file);
    kill(child, SIGKILL);
    return fclose(file) ? FAILED : outcome;
}
