// See files.h.
#include "store/files.h"

#include "pki/error.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace sslkeys {
namespace {

[[noreturn]] void refuse(int errorNumber, const char* what, const std::string& path) {
    throw Error::fromSystem(errorNumber, what + (" " + quote(path)));
}

// Write it all and bring it to the disk.
//   out  0, or errno
int fill(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = write(descriptor, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return fsync(descriptor) == 0 ? 0 : errno;
}

// Take over mode and owner of another file; an owner that we may not give is left. Nothing is given
// that is so already, since a sandbox may forbid the call.
int imitate(int descriptor, const std::string& like, mode_t mode) {
    if (like.empty() && mode == kPrivateMode) {
        return 0;  // what every file begins as
    }
    struct stat old {};
    struct stat fresh {};
    if (!like.empty() && stat(like.c_str(), &old) == 0) {
        mode = old.st_mode & 07777;
        const bool isSame = fstat(descriptor, &fresh) == 0 && fresh.st_uid == old.st_uid &&
                            fresh.st_gid == old.st_gid;
        if (!isSame && fchown(descriptor, old.st_uid, old.st_gid) != 0 &&
            fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) != 0) {
            mode &= (mode & 0004U) != 0 ? 07777U
                                        : 0707U;  // what the old group could read, ours may not
        }
    }
    return fchmod(descriptor, mode) == 0 ? 0 : errno;
}

// Make the directories above a path, each durable in the one above it.
void makeParents(const std::string& path) {
    const std::string above = directoryOf(path);
    if (above == path || exists(above)) {
        return;
    }
    makeParents(above);
    if (mkdir(above.c_str(), 0777) == 0) {
        syncDirectory(directoryOf(above));
    } else if (errno != EEXIST) {
        refuse(errno, "could not make directory", above);
    }
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

std::string join(const std::string& directory, const std::string& entry) {
    return directory + "/" + entry;
}

std::string directoryOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string absolutePath(const std::string& path) {
    std::error_code failure;
    const std::string absolute = std::filesystem::absolute(path, failure).string();
    if (failure) {
        refuse(failure.value(), "could not tell where this is:", path);
    }
    return absolute;
}

void makeDirectory(const std::string& path) {
    if (path.size() > 1 && path.back() == '/') {
        makeDirectory(path.substr(0, path.size() - 1));
        return;
    }
    makeParents(path);
    if (mkdir(path.c_str(), kDirectoryMode) == 0) {
        if (chmod(path.c_str(), kDirectoryMode) != 0) {
            refuse(errno, "could not give its mode to", path);
        }
        syncDirectory(directoryOf(path));
        return;
    }
    const int failure = errno;
    struct stat found {};
    const bool isDirectory = stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
    if (failure != EEXIST || !isDirectory) {
        refuse(failure == EEXIST ? ENOTDIR : failure, "could not make directory", path);
    }
}

Secret readFile(const std::string& path, std::size_t limit) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found {};
    if (file.number() < 0 || fstat(file.number(), &found) != 0) {
        refuse(errno, "could not read", path);
    }
    if (!S_ISREG(found.st_mode)) {
        refuse(EINVAL, "could not read what is not a regular file:", path);
    }
    if (static_cast<std::size_t>(found.st_size) > limit) {
        refuse(EFBIG, "could not read", path);
    }
    Secret content(static_cast<std::size_t>(found.st_size));
    std::size_t have = 0;
    while (have < content.size()) {
        const ssize_t got = read(file.number(), content.data() + have, content.size() - have);
        if (got < 0 && errno != EINTR) {
            refuse(errno, "could not read", path);
        }
        if (got == 0) {
            break;
        }
        have += got < 0 ? 0 : static_cast<std::size_t>(got);
    }
    content.resize(have);
    return content;
}

bool exists(const std::string& path) {
    struct stat found {};
    return lstat(path.c_str(), &found) == 0;
}

void writeNewFile(const std::string& path, std::string_view content, mode_t mode,
                  const std::string& like) {
    // Nobody reads it before its mode is settled: it begins as the owner's alone.
    const Descriptor file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kPrivateMode));
    if (file.number() < 0) {
        refuse(errno, "could not write", path);
    }
    int failure = imitate(file.number(), like, mode);
    if (failure == 0) {
        failure = fill(file.number(), content);
    }
    if (failure != 0) {
        unlink(path.c_str());
        refuse(failure, "could not write", path);
    }
}

void renameOver(const std::string& from, const std::string& to) {
    if (rename(from.c_str(), to.c_str()) != 0) {
        refuse(errno, "could not put in place", to);
    }
}

bool renameToFree(const std::string& from, const std::string& to) {
#ifdef RENAME_NOREPLACE
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno == EEXIST) {
        return false;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        refuse(errno, "could not put in place", to);
    }
#endif
    // A file system without that call: two names for a moment, which recovery knows.
    if (link(from.c_str(), to.c_str()) != 0) {
        if (errno == EEXIST) {
            return false;
        }
        refuse(errno, "could not put in place", to);
    }
    try {
        syncDirectory(directoryOf(to));
        removeFile(from);
    } catch (const Error&) {
        unlink(to.c_str());
        throw;
    }
    return true;
}

OpenDirectory::OpenDirectory(const std::string& path)
    : path_(path), opened_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (opened_.number() < 0) {
        refuse(errno, "could not open directory", path);
    }
}

void OpenDirectory::sync() const {
    if (fsync(opened_.number()) != 0) {
        refuse(errno, "could not bring to the disk", path_);
    }
}

void syncDirectory(const std::string& path) { OpenDirectory(path).sync(); }

void removeFile(const std::string& path) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        refuse(errno, "could not remove", path);
    }
}

}  // namespace sslkeys
