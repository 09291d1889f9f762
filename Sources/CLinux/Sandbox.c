#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// MARK: Landlock. Headers of the time may know less of it than the kernel that runs.

struct landlock_ruleset {
    uint64_t handled_fs;
};

struct landlock_path {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

enum {
    create_ruleset = 444,
    add_rule = 445,
    restrict_self = 446,
    rule_path_beneath = 1,
    version_flag = 1,
};

enum {
    fs_execute = 1 << 0,
    fs_write_file = 1 << 1,
    fs_read_file = 1 << 2,
    fs_read_dir = 1 << 3,
    fs_remove_dir = 1 << 4,
    fs_remove_file = 1 << 5,
    fs_make_regular = 1 << 8,
    fs_all_of_version_1 = (1 << 13) - 1,
    fs_refer = 1 << 13,
    fs_truncate = 1 << 14,
};

int portico_landlock_version(void) { return (int)syscall(create_ruleset, NULL, 0, version_flag); }

static uint64_t handled_rights(void) {
    int version = portico_landlock_version();
    uint64_t rights = fs_all_of_version_1;
    if (version >= 2) rights |= fs_refer;
    if (version >= 3) rights |= fs_truncate;
    return rights;
}

int portico_landlock_begin(void) {
    struct landlock_ruleset rules = {.handled_fs = handled_rights()};
    return (int)syscall(create_ruleset, &rules, sizeof rules, 0);
}

int portico_landlock_allow(int rules, const char *path, int writing) {
    struct landlock_path beneath = {.allowed = fs_read_file | fs_read_dir};
    if (writing) beneath.allowed = fs_write_file | fs_remove_file | fs_make_regular | fs_truncate | fs_read_dir;
    beneath.parent = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent < 0) return -1;
    struct stat status;
    // What only folders can be allowed is refused for files.
    if (fstat(beneath.parent, &status) == 0 && !S_ISDIR(status.st_mode))
        beneath.allowed &= fs_read_file | fs_write_file | fs_truncate;
    beneath.allowed &= handled_rights();
    long result = syscall(add_rule, rules, rule_path_beneath, &beneath, 0);
    int error = errno;
    close(beneath.parent);
    errno = error;
    return (int)result;
}

int portico_landlock_enforce(int rules) { return (int)syscall(restrict_self, rules, 0); }

// MARK: seccomp(2)

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
#define NEW_NAMESPACES 0x7e020000
#define OFFSET(field) ((uint32_t)offsetof(struct seccomp_data, field))
#define REFUSAL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define REFUSE(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), REFUSAL

int portico_filter_calls(int without_unix_sockets) {
#ifndef OWN_ARCHITECTURE
    errno = ENOSYS;
    return -1;
#else
    struct sock_filter program[] = {
        // Another architecture's calls have other numbers.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(nr)),
#ifdef __x86_64__
        // The x32 calls stand for the same with other numbers.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        REFUSAL,
#endif
        // Other programs.
        REFUSE(execve),
        REFUSE(execveat),
        // Other processes.
        REFUSE(ptrace),
        REFUSE(process_vm_readv),
        REFUSE(process_vm_writev),
        REFUSE(kcmp),
#ifdef SYS_pidfd_getfd
        REFUSE(pidfd_getfd),
#endif
        // The tree of files.
        REFUSE(mount),
        REFUSE(umount2),
        REFUSE(pivot_root),
        REFUSE(chroot),
#ifdef SYS_open_tree
        REFUSE(open_tree),
        REFUSE(move_mount),
        REFUSE(fsopen),
        REFUSE(fsconfig),
        REFUSE(fsmount),
        REFUSE(fspick),
#endif
#ifdef SYS_mount_setattr
        REFUSE(mount_setattr),
#endif
        REFUSE(open_by_handle_at),
        REFUSE(mknodat),
#ifdef SYS_mknod
        REFUSE(mknod),
#endif
        REFUSE(unshare),
        REFUSE(setns),
        // The kernel itself.
        REFUSE(bpf),
        REFUSE(perf_event_open),
        REFUSE(userfaultfd),
        REFUSE(init_module),
        REFUSE(finit_module),
        REFUSE(delete_module),
        REFUSE(kexec_load),
#ifdef SYS_kexec_file_load
        REFUSE(kexec_file_load),
#endif
        REFUSE(keyctl),
        REFUSE(add_key),
        REFUSE(request_key),
#ifdef SYS_io_uring_setup
        REFUSE(io_uring_setup),
        REFUSE(io_uring_enter),
        REFUSE(io_uring_register),
#endif
        REFUSE(syslog),
        REFUSE(quotactl),
        REFUSE(swapon),
        REFUSE(swapoff),
        REFUSE(reboot),
        REFUSE(acct),
        REFUSE(settimeofday),
        REFUSE(clock_settime),
        REFUSE(clock_adjtime),
        REFUSE(adjtimex),
        REFUSE(sethostname),
        REFUSE(setdomainname),
        REFUSE(personality),
#ifdef SYS_iopl
        REFUSE(iopl),
        REFUSE(ioperm),
        REFUSE(modify_ldt),
#endif
#ifdef SYS_clone3
        // Its flags are in memory, where a filter cannot look; the C library takes clone(2) instead.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1),
        REFUSAL,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        // A socket that could be connected to the engine's; socketpair(2) is another call.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        // The lower half of the first argument, on machines of this byte order.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, without_unix_sockets ? AF_UNIX : 0xffffffff, 0, 1),
        REFUSAL,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
#endif
}

// MARK: What a process may do

int portico_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int portico_hide_memory(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int read_capabilities(struct __user_cap_data_struct sets[2]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return (int)syscall(SYS_capget, &header, sets);
}

static int write_capabilities(const struct __user_cap_data_struct sets[2]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return (int)syscall(SYS_capset, &header, sets);
}

int portico_become(uid_t user, gid_t group) {
    struct __user_cap_data_struct sets[2];
    if (read_capabilities(sets) != 0) return -1;
    // Ports of single hosts may be opened at any time, those below 1024 among them.
    uint32_t kept = sets[0].permitted & (1U << CAP_NET_BIND_SERVICE);
    for (int capability = 0; capability < 64; capability++) {
        // Without SETPCAP, or beyond the last one, there is nothing to be done; no_new_privs closes that way as well.
        if (capability != CAP_NET_BIND_SERVICE) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return -1;
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) return -1;
    memset(sets, 0, sizeof sets);
    sets[0].permitted = kept;
    sets[0].effective = kept;
    if (write_capabilities(sets) != 0) return -1;
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) != 0 || getresgid(&groups[0], &groups[1], &groups[2]) != 0) return -1;
    for (int i = 0; i < 3; i++) {
        if (users[i] != user || groups[i] != group) {
            errno = EPERM;
            return -1;
        }
    }
    if (user != 0 && (setuid(0) == 0 || getgroups(0, NULL) != 0)) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

// What the process belongs to beside its group: a right to files as well. Like setfsuid(2) the system call is about the calling
// thread alone; the library's function would signal all others, and interrupt what they wait for.
static int set_groups(size_t count, const gid_t *groups) { return (int)syscall(SYS_setgroups, count, groups); }

static gid_t own_groups[NGROUPS_MAX];
static int own_group_count = -1;

int portico_open_files_as(uid_t user, gid_t group) {
    // The groups first on the way to another user, who may not change them, and last on the way back.
    if (user != 0) {
        if (own_group_count < 0) own_group_count = getgroups(NGROUPS_MAX, own_groups);
        if (own_group_count < 0 || set_groups(0, NULL) != 0) return -1;
        setfsgid(group);
    }
    setfsuid(user);
    if (user == 0) {
        setfsgid(group);
        if (own_group_count >= 0) set_groups((size_t)own_group_count, own_groups);
    }
    // The calls themselves tell nothing but who it was before.
    return setfsuid((uid_t)-1) == (int)user ? 0 : -1;
}

int portico_find(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

// MARK: glob(3)

// A folder that is there and cannot be opened must not be taken for an empty one.
static int is_lost(const char *path, int error) {
    (void)path;
    return error != ENOENT && error != ENOTDIR;
}

int portico_glob(
    const char *pattern, glob_t *found, void *(*open_folder)(const char *), int (*look)(const char *, void *)
) {
    found->gl_opendir = open_folder;
    found->gl_readdir = (void *)readdir;
    found->gl_closedir = (void *)closedir;
    found->gl_stat = (void *)look;
    found->gl_lstat = (void *)look;
    return glob(pattern, GLOB_ALTDIRFUNC, is_lost, found);
}
