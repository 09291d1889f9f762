#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

const char *portico_variable(int index) { return environ == NULL ? NULL : environ[index]; }

int portico_spawn(
    pid_t *process, const char *path, char *const arguments[], char *const environment[], int descriptor, int number
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
    int error = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == 0) return 0;
    errno = error;
    return -1;
}
