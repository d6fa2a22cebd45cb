// Files as the store needs them: written whole, durable, with the mode that they shall have from
// their first byte. Every failure is an Error with errno; what was begun is taken back.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <sys/stat.h>

namespace sslkeys {

constexpr mode_t kPublicMode = 0644;
constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kDirectoryMode = 0755;

// An open file; closing is the last thing that can go wrong and is not asked about.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    int number() const { return number_; }

  private:
    int number_;
};

// Join a directory and an entry of it.
std::string join(const std::string& directory, const std::string& entry);

// Tell a path's directory ("." when it names none).
std::string directoryOf(const std::string& path);

// Tell a path that stays the same wherever the process goes: from the root, links left as they are.
std::string absolutePath(const std::string& path);

// Make a directory with mode 0755, its parents as the umask has it, and bring all to the disk.
void makeDirectory(const std::string& path);

// Read a file whole.
//   in      limit  octets; a larger file is refused with EFBIG
Secret readFile(const std::string& path, std::size_t limit);

// Tell whether there is an entry of this name, be it a dangling link.
bool exists(const std::string& path);

// Write a new file and bring its content to the disk; the name must be free (EEXIST).
//   in      like  path of a file whose mode and owner it shall have, or "" for mode
void writeNewFile(const std::string& path, std::string_view content, mode_t mode,
                  const std::string& like = "");

// Give a file another name, in place of what has it.
void renameOver(const std::string& from, const std::string& to);

// Give a file another name that must be free; after a crash it has one of them, or both.
//   out  false when it is not
bool renameToFree(const std::string& from, const std::string& to);

// A directory whose entries are brought to the disk more than once.
class OpenDirectory {
  public:
    explicit OpenDirectory(const std::string& path);
    void sync() const;

  private:
    std::string path_;
    Descriptor opened_;
};

// Bring a directory's entries to the disk.
void syncDirectory(const std::string& path);

// Remove a file; none is as well.
void removeFile(const std::string& path);

}  // namespace sslkeys
