// The parts of the Linux interface that Swift's Glibc module does not bring, and wrappers for what only
// _GNU_SOURCE declares. That macro must not be defined in this header: the importer would then see two
// different shapes of the same system types.
#pragma once

#include <errno.h>
#include <glob.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

static inline int portico_errno(void) { return errno; }

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC.
int portico_accept(int listener, struct sockaddr *address, socklen_t *length);

/// recv(2).
ssize_t portico_stream_recv(int socket, void *bytes, size_t count, int flags);

/// send(2).
ssize_t portico_stream_send(int socket, const void *bytes, size_t count, int flags);

/// epoll_wait(2).
int portico_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds);

/// signalfd(2) for a set of signal numbers, which are blocked for the calling thread first.
int portico_signalfd(const int *signals, int count);

/// A write to a closed socket reports EPIPE instead of ending the process.
void portico_ignore_sigpipe(void);

/// The processors that this process may run on (sched_getaffinity(2)), at least 1.
int portico_available_processors(void);

/// fcntl(2) with an integer argument, which Swift cannot call because it is variadic.
int portico_fcntl(int descriptor, int command, long argument);

/// malloc_trim(3): gives what was freed back to the system.
void portico_trim_memory(void);

/// splice(2) with SPLICE_F_MOVE | SPLICE_F_NONBLOCK between a socket and a pipe.
ssize_t portico_splice(int from, int to, size_t count);

/// pipe2(2) with O_NONBLOCK | O_CLOEXEC; holds so many bytes where the system allows it (F_SETPIPE_SZ, fcntl(2)).
int portico_pipe(int descriptors[2], int capacity);

/// Gives the memory of this process's code and constants back (madvise(2), MADV_DONTNEED); what is used again comes back from
/// the files. Parts that can be written, or were by the loader, are left alone.
void portico_release_code(void);

/// Names the calling thread (at most 15 bytes) for ps, top and perf.
void portico_name_thread(const char *name);

/// A bit for each of the 16 bytes at p that is a control byte (below 0x20, or 0x7f); bit i stands for p[i].
static inline uint32_t portico_control_mask16(const void *p) {
#if defined(__SSE2__)
    typedef unsigned char bytes16 __attribute__((vector_size(16), aligned(1)));
    typedef char signed16 __attribute__((vector_size(16)));
    bytes16 v = *(const bytes16 *)p;
    return (uint32_t)__builtin_ia32_pmovmskb128((signed16)((v < 0x20) | (v == 0x7f)));
#else
    const unsigned char *b = (const unsigned char *)p;
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) mask |= (uint32_t)(b[i] < 0x20 || b[i] == 0x7f) << i;
    return mask;
#endif
}

/// Writes the text of an error number (strerror_r(3), the POSIX form); 0 on success.
int portico_error_text(int code, char *text, size_t capacity);

/// signalfd_siginfo's signal number, read from the descriptor; 0 when none is waiting.
uint32_t portico_read_signal(int descriptor);

/// fork(2); only for a process of one thread.
pid_t portico_fork(void);

/// A line of this process's environment (environ(7)); NULL behind the last one.
const char *portico_variable(int index);

/// posix_spawn(3), with every signal as a shell would leave it, and one descriptor as the given number, by a process between that
/// ends at once, so that the program is a child of the first process; only for a process of one thread.
int portico_spawn_orphan(
    const char *path, char *const arguments[], char *const environment[], int descriptor, int number);

/// Has the kernel end this process when its parent does (PR_SET_PDEATHSIG); -1 when the parent is gone already.
int portico_die_with(pid_t parent);

/// Closes every descriptor from 3 on but the given ones, which stand in ascending order (close_range(2)).
void portico_close_others(const int *kept, int count);

/// Has this process ignore a signal.
void portico_ignore_signal(int number);

/// sendmsg(2) of one piece with descriptors beside it (SCM_RIGHTS, unix(7)).
ssize_t portico_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count);

/// recvmsg(2) of one piece and of the descriptors beside it, which are closed on exec.
///
/// Returns the number of bytes. *descriptor_count goes in as the room for descriptors and comes out as their number.
/// EMSGSIZE when bytes or descriptors were lost for want of room; the descriptors that came are closed then.
ssize_t portico_receive(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count);

/// The version of Landlock that the kernel has (landlock_create_ruleset(2)); -1 for none.
int portico_landlock_version(void);

/// A set of rules that allows nothing yet; -1 where the kernel has no Landlock.
int portico_landlock_begin(void);

/// Allows to read what is beneath a path, or to write, make and remove files there.
int portico_landlock_allow(int rules, const char *path, int writing);

/// Confines the calling thread, and those that it starts, by the rules.
int portico_landlock_enforce(int rules);

/// Has the calling thread, and those that it starts, be refused the system calls that no server needs (seccomp(2)), and sockets
/// of AF_UNIX where that is asked for.
int portico_filter_calls(int without_unix_sockets);

/// PR_SET_NO_NEW_PRIVS, prctl(2).
int portico_forbid_new_privileges(void);

/// No core files, and PR_SET_DUMPABLE off.
int portico_hide_memory(void);

/// Becomes the user and the group for good, in no further group and with no capability but CAP_NET_BIND_SERVICE, where it was
/// there. For a process of one thread.
int portico_become(uid_t user, gid_t group);

/// setfsuid(2) and setfsgid(2): as whom files are opened from now on; -1 where that is not permitted. Only for a process of one thread.
int portico_open_files_as(uid_t user, gid_t group);

/// open(2) with O_PATH: the place itself, whatever stands there.
int portico_find(const char *path);

/// glob(3) with functions for opendir(3), and for stat(2) and lstat(2) alike, which get a struct stat.
int portico_glob(
    const char *pattern, glob_t *found, void *(*open_folder)(const char *), int (*look)(const char *, void *));
