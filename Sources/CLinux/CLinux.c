#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int portico_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The library's own functions mark each of these calls as a place where the thread may be cancelled, twice an atomic
// operation; no thread of this program ever is.

ssize_t portico_stream_recv(int socket, void *bytes, size_t count, int flags) {
    return syscall(SYS_recvfrom, socket, bytes, count, flags, NULL, NULL);
}

ssize_t portico_stream_send(int socket, const void *bytes, size_t count, int flags) {
    return syscall(SYS_sendto, socket, bytes, count, flags, NULL, 0);
}

int portico_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds) {
    return (int)syscall(SYS_epoll_pwait, epoll, events, capacity, milliseconds, NULL, 0);
}

int portico_signalfd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void portico_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

int portico_available_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}

int portico_fcntl(int descriptor, int command, long argument) { return fcntl(descriptor, command, argument); }

void portico_trim_memory(void) { malloc_trim(0); }

ssize_t portico_splice(int from, int to, size_t count) {
    return splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}

int portico_pipe(int descriptors[2], int capacity) {
    if (pipe2(descriptors, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    // The limit of the system may be lower; then the pipe stays as it is.
    (void)fcntl(descriptors[0], F_SETPIPE_SZ, capacity);
    return 0;
}

void portico_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

uint32_t portico_read_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count;
    do count = read(descriptor, &information, sizeof information);
    while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof information ? information.ssi_signo : 0;
}
