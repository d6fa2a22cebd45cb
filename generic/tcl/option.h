// The one option-table mechanism: a row names an option, says what its value is, and reads it into
// the command's arguments. Usage texts, `about commands` and the manual come from the same rows.
#pragma once

#include "pki/name.h"
#include "pki/owned.h"
#include "tcl/shim.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// The value of an option, or a word of a call, with the name that errors call it by.
class Word {
  public:
    Word(Tcl_Interp* interp, Tcl_Obj* object, const char* name)
        : interp_(interp), object_(object), name_(name) {}

    Tcl_Interp* interp() const { return interp_; }
    Tcl_Obj* object() const { return object_; }
    const char* name() const { return name_; }
    std::string text() const { return textOf(object_); }

    // UTF-8 that is wiped after use; 1 to kLongestPassword octets.
    //   errors  ARGS RANGE
    Secret password() const;

    // The same, or an empty one: what others have sealed may have that.
    Secret passwordOrEmpty() const;

    // A copy of the octets of a byte array, or of a text whose characters are all octets.
    //   errors  ARGS OCTETS
    Secret octets() const;

    // Tell whether it has characters that are no octets.
    bool hasWideText() const;

    // A path of the native file system.
    //   errors  POSIX EINVAL when it is none
    std::string path() const;

    // errors  TCL VALUE NUMBER, ARGS RANGE
    std::int64_t integer(std::int64_t least, std::int64_t most) const;

    // Permissions of a file in octal, as `file attributes -permissions` takes them: 0644.
    //   errors  ARGS RANGE
    unsigned permissions() const;

    // errors  TCL VALUE NUMBER
    bool boolean() const;

    // errors  TCL VALUE LIST
    std::vector<std::string> list() const;

    // Refuse what is no dict.
    //   out     how many keys it has
    //   errors  TCL VALUE DICTIONARY
    std::size_t dictSize() const;

    // Refuse what is no command prefix.
    //   errors  TCL VALUE LIST, ARGS MISSING when it is empty
    void requirePrefix() const;

    // One of some words, exactly.
    //   out     its index
    //   errors  TCL LOOKUP INDEX
    std::size_t choice(const std::vector<const char*>& words) const;

    // A list of such words, each once or more; of these, by the name that errors call one by.
    //   out     their indices
    //   errors  TCL VALUE LIST, TCL LOOKUP INDEX
    std::vector<std::size_t> choices(const char* each, const std::vector<const char*>& words) const;

    // Refuse what is no list of the form that is asked for, without quoting it.
    //   errors  TCL VALUE LIST
    [[noreturn]] void refuseForm(const char* why) const;

  private:
    // Refuse in our words what Tcl refused; its errorCode stays.
    [[noreturn]] void refuse(const char* why) const;

    Tcl_Interp* interp_;
    Tcl_Obj* object_;
    const char* name_;
};

// What documentation says of an option.
struct OptionRow {
    const char* name;            // "-bits"
    const char* value;           // "2048..8192"
    bool isNeeded = false;       // a call gives it, or one of the alternatives that follow
    bool isAlternative = false;  // to the needed one before it
};

// One row of a command's table. Commands that share rows have arguments with a common base.
template <class Args> struct Option {
    const char* name;
    const char* value;
    void (*read)(Args&, const Word&);
};

// The rows of one command, put together from one table or several.
template <class Args> class Options {
  public:
    template <class... Tables> explicit Options(const Tables&... tables) { (append(tables), ...); }

    // Say that a call has to give an option, or else the one that follows it in the table.
    Options& need(std::string_view name, std::string_view alternative = {}) {
        for (OptionRow& row : rows_) {
            row.isNeeded = row.isNeeded || name == row.name;
            row.isAlternative = row.isAlternative || alternative == row.name;
        }
        return *this;
    }

    const std::vector<OptionRow>& rows() const { return rows_; }
    void read(std::size_t row, Args& args, const Word& word) const { readers_[row](args, word); }

  private:
    template <class Table> void append(const Table& table) {
        for (const auto& row : table) {
            rows_.push_back({row.name, row.value, false, false});
            readers_.emplace_back(row.read);
        }
    }
    std::vector<OptionRow> rows_;
    std::vector<std::function<void(Args&, const Word&)>> readers_;
};

}  // namespace sslkeys
