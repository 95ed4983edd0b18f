/* Makes one system call of a process fail, or the process die in it: preloaded, then armed from Python.
 *
 * Calls that make or change files below one folder are counted. The chosen one fails with an error, or kills the process:
 * before it has done anything, in the middle of a write, or once it is done. Built by tests/support/faults.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { FAIL = 0, DIE_BEFORE = 1, DIE_WITHIN = 2, DIE_AFTER = 3 };

static char root[PATH_MAX];
static size_t root_length;
static long countdown = -1; /* calls until the chosen one; below 0: only counted */
static long counted;
static int fault_kind;
static int fault_error;
static int log_descriptor = -1;

/* faults_arm("/folder", 3, FAIL, EIO, -1): the third call below the folder fails; 0 only counts. */
void faults_arm(const char *folder, long at, int kind, int error, int log)
{
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    countdown = at > 0 ? at : -1;
    counted = 0;
    fault_kind = kind;
    fault_error = error;
    log_descriptor = log;
}

/* The calls counted since the last faults_arm; nothing fails any more. */
long faults_disarm(void)
{
    root_length = 0;
    countdown = -1;
    return counted;
}

static int is_below(const char *path)
{
    return root_length && path && strncmp(path, root, root_length) == 0;
}

static const char *path_of(int descriptor, char *buffer)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    if (length < 0)
        return NULL;
    buffer[length] = 0;
    return buffer;
}

static ssize_t said(const char *call, const char *path)
{
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %s\n", call, path + (path[root_length] == '/' ? root_length + 1 : 0));
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "write");
    return real(log_descriptor, line, (size_t)length);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Whether this call is the one that fails; does not come back when the process dies before it. */
static int is_chosen(const char *call, const char *path)
{
    int error = errno;
    if (!is_below(path))
        return 0;
    counted++;
    if (log_descriptor >= 0)
        said(call, path);
    errno = error;
    if (countdown < 0 || --countdown > 0)
        return 0;
    countdown = -1;
    if (fault_kind == DIE_BEFORE)
        die();
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A call that is not a write: fails, or is done and then the process dies. */
#define GUARDED(call, path, done) \
    do { \
        if (!is_chosen(call, path)) \
            return done; \
        if (fault_kind != FAIL) { \
            (void)(done); \
            die(); \
        } \
        errno = fault_error; \
        return -1; \
    } while (0)

/* A write: what fails may have written half, and so may a process that dies in it. */
#define WRITTEN(call, path, size, half, whole) \
    do { \
        if (!is_chosen(call, path)) \
            return whole; \
        ssize_t written = fault_kind == DIE_AFTER ? (whole) : (half); \
        (void)written; \
        if (fault_kind != FAIL) \
            die(); \
        errno = fault_error; \
        return -1; \
    } while (0)

ssize_t write(int fd, const void *data, size_t size)
{
    char buffer[PATH_MAX];
    REAL(write);
    if (!root_length)
        return real(fd, data, size);
    WRITTEN("write", path_of(fd, buffer), size, real(fd, data, size / 2), real(fd, data, size));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    char buffer[PATH_MAX];
    REAL(pwrite64);
    if (!root_length)
        return real(fd, data, size, offset);
    WRITTEN("pwrite", path_of(fd, buffer), size, real(fd, data, size / 2, offset), real(fd, data, size, offset));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return pwrite64(fd, data, size, offset);
}

int fsync(int fd)
{
    char buffer[PATH_MAX];
    REAL(fsync);
    if (!root_length)
        return real(fd);
    GUARDED("fsync", path_of(fd, buffer), real(fd));
}

int fdatasync(int fd)
{
    char buffer[PATH_MAX];
    REAL(fdatasync);
    if (!root_length)
        return real(fd);
    GUARDED("fdatasync", path_of(fd, buffer), real(fd));
}

int ftruncate64(int fd, off64_t size)
{
    char buffer[PATH_MAX];
    REAL(ftruncate64);
    if (!root_length)
        return real(fd, size);
    GUARDED("ftruncate", path_of(fd, buffer), real(fd, size));
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int rename(const char *old, const char *fresh)
{
    REAL(rename);
    GUARDED("rename", fresh, real(old, fresh));
}

int renameat(int old_at, const char *old, int fresh_at, const char *fresh)
{
    REAL(renameat);
    GUARDED("rename", fresh, real(old_at, old, fresh_at, fresh));
}

int link(const char *old, const char *fresh)
{
    REAL(link);
    GUARDED("link", fresh, real(old, fresh));
}

int linkat(int old_at, const char *old, int fresh_at, const char *fresh, int flags)
{
    REAL(linkat);
    GUARDED("link", fresh, real(old_at, old, fresh_at, fresh, flags));
}

int unlink(const char *path)
{
    REAL(unlink);
    GUARDED("unlink", path, real(path));
}

int unlinkat(int at, const char *path, int flags)
{
    REAL(unlinkat);
    GUARDED("unlink", path, real(at, path, flags));
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    GUARDED("mkdir", path, real(path, mode));
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    REAL(open64);
    GUARDED("open", path, real(path, flags, mode));
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open64(path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    REAL(openat64);
    GUARDED("open", path, real(at, path, flags, mode));
}

int openat(int at, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return openat64(at, path, flags, mode);
}
