#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t portico_fork(void) { return fork(); }

int portico_die_with(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    // It may have ended before this was asked for.
    return getppid() == parent ? 0 : -1;
}

static void close_between(unsigned first, unsigned last) {
    if (first > last) return;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 1 << 20) limit = 1 << 20;
    for (unsigned descriptor = first; descriptor <= last && descriptor < (unsigned)limit; descriptor++) close(descriptor);
}

void portico_close_others(const int *kept, int count) {
    unsigned next = 3;
    for (int i = 0; i < count; i++) {
        if (kept[i] < 3) continue;
        if ((unsigned)kept[i] > next) close_between(next, (unsigned)kept[i] - 1);
        next = (unsigned)kept[i] + 1;
    }
    close_between(next, ~0U);
}

void portico_ignore_signal(int number) { signal(number, SIG_IGN); }

// As many descriptors as one message may carry (SCM_MAX_FD).
#define MOST_DESCRIPTORS 253

ssize_t portico_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    } control;
    if (descriptor_count < 0 || descriptor_count > MOST_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor_count > 0) {
        size_t size = (size_t)descriptor_count * sizeof(int);
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(size);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(&control.header), descriptors, size);
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t portico_receive(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    int room = *descriptor_count;
    *descriptor_count = 0;
    ssize_t received;
    do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -1;
    int lost = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < found; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(part) + (size_t)i * sizeof(int), sizeof descriptor);
            if (*descriptor_count < room) {
                descriptors[(*descriptor_count)++] = descriptor;
            } else {
                lost = 1;
                close(descriptor);
            }
        }
    }
    if (!lost) return received;
    for (int i = 0; i < *descriptor_count; i++) close(descriptors[i]);
    *descriptor_count = 0;
    errno = EMSGSIZE;
    return -1;
}
