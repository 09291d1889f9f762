#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

const char *portico_variable(int index) { return environ == NULL ? NULL : environ[index]; }

static int start(
    const char *path, char *const arguments[], char *const environment[], int descriptor, int number
) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, descriptor, number);
    // What this process ignores or blocks is no matter of the program's.
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t process;
    return posix_spawn(&process, path, &actions, &attributes, arguments, environment);
}

int portico_spawn_orphan(
    const char *path, char *const arguments[], char *const environment[], int descriptor, int number
) {
    pid_t parent = fork();
    if (parent < 0) return -1;
    if (parent == 0) _exit(start(path, arguments, environment, descriptor, number));
    int status;
    while (waitpid(parent, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return -1;
}
