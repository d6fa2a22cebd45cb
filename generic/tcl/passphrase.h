// A passphrase that stands in no script and in no call: beside each option that takes one there is
// another, which says where it comes from: a file, the environment, or a command.
#pragma once

#include "tcl/option.h"

#include <optional>

namespace sslkeys {

// What the value of such an option looks like in a usage text.
constexpr const char* kPassphraseSource = "{file|env|command value}";

// Tell the passphrase: the one given, or the one from its source, which is asked now. A command is
// called once, at global level, and its result is the passphrase; of a file it is the first line.
// No message holds any of what was read, nor what the command says: exec would put its output
// there.
//   in      source  of an option "-...from": {file path}, {env name} or {command prefix}
//   out     none when neither is given; 1 to kLongestPassword octets
//   errors  ARGS CONFLICT when both are; TCL VALUE LIST for another source, which is not quoted:
//           it may be the passphrase, given to the wrong option;
//           POSIX; ARGS PASSPHRASE when the variable or the command does not give one; ARGS RANGE
std::optional<Secret> passphraseOf(const std::optional<Secret>& given,
                                   const std::optional<Word>& source);

}  // namespace sslkeys
