// A preload library for the tests: records what a process changes below one directory, makes the
// nth of these calls fail, or dies before it. A log line is a Tcl list: the call, the inode, what
// belongs to it; recording.tcl reads it. All settings are read from the environment at each call,
// so that a Tcl script changes them while it runs:
//   SSLKEYS_RECORD_ROOT   the directory, an absolute path
//   SSLKEYS_RECORD_LOG    the log's path
//   SSLKEYS_RECORD_FAULT  "FIRST END ERRNO ALSO": calls number FIRST to END-1, and ALSO, fail; a
//                         write comes short first where the next call fails, too
//   SSLKEYS_RECORD_KILL   the number of the call that the process dies before
//   SSLKEYS_RECORD_PLAIN  the file system knows no renameat2
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// The next library's function of this name.
template <class F> F* next(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

std::string setting(const char* name) {
    const char* const value = getenv(name);
    return value == nullptr ? "" : value;
}

bool isWatched(const std::string& path) {
    const std::string root = setting("SSLKEYS_RECORD_ROOT");
    return !root.empty() && path.compare(0, root.size() + 1, root + "/") == 0;
}

std::string pathOf(int descriptor) {
    char path[4096];
    const ssize_t size =
        readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
    return std::string(path, size < 0 ? 0 : static_cast<std::size_t>(size));
}

struct stat statusOf(const char* path) {
    struct stat found {};
    lstat(path, &found);
    return found;
}

struct stat statusOf(int descriptor) {
    struct stat found {};
    fstat(descriptor, &found);
    return found;
}

std::string braced(const std::string& text) { return " {" + text + "}"; }

std::string octal(mode_t mode) {
    char text[16];
    snprintf(text, sizeof text, " 0%03o", static_cast<unsigned>(mode & 07777));
    return text;
}

// Append a line; the recorder's own writing goes past itself, and errno stays.
void log(const std::string& line) {
    const int before = errno;
    const std::string path = setting("SSLKEYS_RECORD_LOG");
    if (!path.empty()) {
        const int file = next<int(const char*, int, ...)>("open")(
            path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const std::string text = line + "\n";
        if (next<ssize_t(int, const void*, std::size_t)>("write")(file, text.data(), text.size()) <
            0) {
            abort();
        }
        close(file);
    }
    errno = before;
}

void log(const char* call, ino_t inode, const std::string& rest) {
    log(std::string(call) + " " + std::to_string(inode) + rest);
}

enum class Fate { kGoOn, kShort, kFail };

// Count a call and tell what becomes of it. A new setting begins the count anew.
Fate meet(const char* call) {
    static std::string current;
    static long count = 0;
    const std::string fault = setting("SSLKEYS_RECORD_FAULT");
    const std::string fatal = setting("SSLKEYS_RECORD_KILL");
    if (current != fault + "/" + fatal) {
        current = fault + "/" + fatal;
        count = 0;
    }
    ++count;
    if (fatal == std::to_string(count)) {
        raise(SIGKILL);
    }
    long first = 0;
    long end = 0;
    long also = 0;
    int number = 0;
    std::istringstream(fault) >> first >> end >> number >> also;
    if ((count < first || count >= end) && count != also) {
        return Fate::kGoOn;
    }
    log(std::string("fault 0 ") + call);
    errno = number;
    return strcmp(call, "write") == 0 && count == first && count + 1 < end ? Fate::kShort
                                                                           : Fate::kFail;
}

bool fails(const char* call, const std::string& path) {
    return isWatched(path) && meet(call) != Fate::kGoOn;
}

int openRecorded(const char* name, const char* path, int flags, mode_t mode) {
    const auto real = next<int(const char*, int, ...)>(name);
    if (!isWatched(path)) {
        return real(path, flags, mode);
    }
    if (meet("open") != Fate::kGoOn) {
        return -1;
    }
    const bool isNew = access(path, F_OK) != 0;
    const int descriptor = real(path, flags, mode);
    if (descriptor >= 0 && (flags & O_CREAT) != 0 && isNew) {
        const struct stat made = statusOf(descriptor);
        log("create", made.st_ino, octal(made.st_mode) + braced(path));
    } else if (descriptor >= 0 && (flags & O_TRUNC) != 0) {
        log("truncate", statusOf(descriptor).st_ino, " 0");
    }
    return descriptor;
}

mode_t modeOf(int flags, va_list arguments) {
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int syncRecorded(const char* name, int descriptor) {
    const std::string path = pathOf(descriptor);
    if (fails(name, path)) {
        return -1;
    }
    const int result = next<int(int)>(name)(descriptor);
    if (result == 0 && isWatched(path + "/")) {
        const struct stat found = statusOf(descriptor);
        log("fsync", found.st_ino,
            braced(path) + (S_ISDIR(found.st_mode) ? " directory" : " file"));
    }
    return result;
}

ssize_t writeCounted(const char* name, int descriptor, const void* data, std::size_t size,
                     off_t offset) {
    const auto real = next<ssize_t(int, const void*, std::size_t, off_t)>(name);
    if (!isWatched(pathOf(descriptor))) {
        return real(descriptor, data, size, offset);
    }
    const Fate fate = meet("write");
    return fate == Fate::kFail
               ? -1
               : real(descriptor, data, fate == Fate::kShort ? size / 2 : size, offset);
}

// A call with one path, and maybe a mode.
template <class Call> int changeRecorded(const char* name, const char* path, Call call) {
    if (fails(name, path)) {
        return -1;
    }
    const struct stat before = statusOf(path);
    const int result = call();
    if (result == 0 && isWatched(path)) {
        const struct stat after = statusOf(path);
        const bool isGone = after.st_nlink == 0;
        log(name, isGone ? before.st_ino : after.st_ino,
            (isGone ? "" : octal(after.st_mode)) + braced(path));
    }
    return result;
}

// A call that gives a file a name.
template <class Call>
int nameRecorded(const char* name, const char* from, const char* to, Call call) {
    if (fails(name, to)) {
        return -1;
    }
    const int result = call();
    if (result == 0 && isWatched(to)) {
        log(name, statusOf(to).st_ino, braced(from) + braced(to));
    }
    return result;
}

// A call on an open file's attributes.
template <class Call, class Rest>
int attributeRecorded(const char* name, int descriptor, Call call, Rest rest) {
    const std::string path = pathOf(descriptor);
    if (fails(name, path)) {
        return -1;
    }
    const int result = call();
    if (result == 0 && isWatched(path)) {
        log(name, statusOf(descriptor).st_ino, rest());
    }
    return result;
}

}  // namespace

extern "C" {

#pragma GCC visibility push(default)

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = modeOf(flags, arguments);
    va_end(arguments);
    return openRecorded("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = modeOf(flags, arguments);
    va_end(arguments);
    return openRecorded("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void* data, std::size_t size) {
    const auto real = next<ssize_t(int, const void*, std::size_t)>("write");
    if (descriptor <= 2 || !isWatched(pathOf(descriptor))) {
        return real(descriptor, data, size);
    }
    const Fate fate = meet("write");
    if (fate == Fate::kFail) {
        return -1;
    }
    const off_t offset = lseek(descriptor, 0, SEEK_CUR);
    const ssize_t written = real(descriptor, data, fate == Fate::kShort ? size / 2 : size);
    std::string text;
    for (ssize_t i = 0; i < written; ++i) {
        char octet[4];
        snprintf(octet, sizeof octet, "%02x", static_cast<const unsigned char*>(data)[i]);
        text += octet;
    }
    log("write", statusOf(descriptor).st_ino, " " + std::to_string(offset) + " " + text);
    return written;
}

// What a database writes into the middle of its files is counted, and not logged.
ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
    return writeCounted("pwrite", descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off64_t offset) {
    return writeCounted("pwrite64", descriptor, data, size, offset);
}

int fsync(int descriptor) { return syncRecorded("fsync", descriptor); }
int fdatasync(int descriptor) { return syncRecorded("fdatasync", descriptor); }

int ftruncate(int descriptor, off_t size) noexcept {
    return attributeRecorded(
        "truncate", descriptor,
        [&] { return next<int(int, off_t)>("ftruncate")(descriptor, size); },
        [&] { return " " + std::to_string(size); });
}

int fchmod(int descriptor, mode_t mode) noexcept {
    return attributeRecorded(
        "chmod", descriptor, [&] { return next<int(int, mode_t)>("fchmod")(descriptor, mode); },
        [&] { return octal(mode); });
}

int fchown(int descriptor, uid_t user, gid_t group) noexcept {
    return attributeRecorded(
        "chown", descriptor,
        [&] { return next<int(int, uid_t, gid_t)>("fchown")(descriptor, user, group); },
        [] { return std::string(); });
}

int chmod(const char* path, mode_t mode) noexcept {
    return changeRecorded("chmod", path,
                          [&] { return next<int(const char*, mode_t)>("chmod")(path, mode); });
}

int mkdir(const char* path, mode_t mode) noexcept {
    return changeRecorded("mkdir", path,
                          [&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); });
}

int unlink(const char* path) noexcept {
    return changeRecorded("unlink", path, [&] { return next<int(const char*)>("unlink")(path); });
}

int link(const char* from, const char* to) noexcept {
    return nameRecorded("link", from, to,
                        [&] { return next<int(const char*, const char*)>("link")(from, to); });
}

int rename(const char* from, const char* to) noexcept {
    return nameRecorded("rename", from, to,
                        [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}

int renameat2(int base, const char* from, int toBase, const char* to, unsigned flags) noexcept {
    if (!setting("SSLKEYS_RECORD_PLAIN").empty()) {
        errno = EINVAL;
        return -1;
    }
    return nameRecorded("rename", from, to, [&] {
        return next<int(int, const char*, int, const char*, unsigned)>("renameat2")(
            base, from, toBase, to, flags);
    });
}

#pragma GCC visibility pop
}
