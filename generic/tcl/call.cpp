// See call.h.
#include "tcl/call.h"

#include "pki/error.h"
#include "tcl/command.h"

#include <algorithm>
#include <ctime>

namespace sslkeys {
namespace {

// As many as the words of the row; a row with options or attributes takes pairs after them.
int countWords(const char* words) {
    const std::string text(words);
    return text.empty() ? 0 : static_cast<int>(std::count(text.begin(), text.end(), ' ')) + 1;
}

// Tell whether an option takes a secret. One that stands in the wrong place, since its option was
// forgotten or it was not quoted, looks like an option or an attribute.
bool isSecret(const OptionRow& row) {
    const std::string_view value(row.value);
    return value == "passphrase" || value == "key";
}

// What the message and the errorCode show of such a word.
constexpr const char* kHidden = "...";
constexpr const char* kWhyHidden = ", which is not shown since it may be a passphrase";

[[noreturn]] void refuseHiddenAttribute() {
    throw Error(Code::NameAttribute,
                std::string("unknown attribute") + kWhyHidden + ": names are " + Name::types(),
                {{"attribute", kHidden}});
}

[[noreturn]] void refuseOption(Tcl_Interp* interp, const std::string& given,
                               const std::vector<OptionRow>& rows) {
    const bool isShown =
        std::none_of(rows.begin(), rows.end(), isSecret) || given.empty() || given.front() == '-';
    std::string known;
    for (const OptionRow& row : rows) {
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    const std::string hint = known.empty() ? "none is taken here" : "must be one of " + known;
    const std::string shown = isShown ? " " + quote(given) : kWhyHidden;
    Tcl_SetObjResult(interp, newText("unknown option" + shown + ": " + hint));
    Tcl_SetErrorCode(interp, "TCL", "LOOKUP", "INDEX", "option",
                     isShown ? redact(given).c_str() : kHidden, nullptr);
    throw Reported{};
}

// Refuse a call that lacks an option that is needed.
void requireNeeded(const std::vector<OptionRow>& rows, const std::vector<bool>& seen) {
    for (std::size_t first = 0; first < rows.size(); ++first) {
        if (!rows[first].isNeeded) {
            continue;
        }
        std::string names = rows[first].name;
        bool isGiven = seen[first];
        for (std::size_t next = first + 1; next < rows.size() && rows[next].isAlternative; ++next) {
            names += std::string(" or ") + rows[next].name;
            isGiven = isGiven || seen[next];
        }
        if (!isGiven) {
            throw Error(Code::ArgsMissing, "give " + names, {{"option", rows[first].name}});
        }
    }
}

}  // namespace

Call::Call(Tcl_Interp* interp, const Command& command, int firstWord, int objc,
           Tcl_Obj* const* objv)
    : interp_(interp), command_(command), firstWord_(firstWord), objc_(objc), objv_(objv) {
    const int wanted = firstWord_ + countWords(command.words);
    const bool takesPairs = !command.options.empty() || command.takesAttributes;
    if (objc_ < wanted || (objc_ > wanted && !takesPairs)) {
        refuseArity();
    }
}

std::int64_t Call::now() { return std::time(nullptr); }

void Call::refuseArity() const {
    Tcl_SetObjResult(interp_, newText("wrong # args: should be \"" + synopsis(command_) + "\""));
    Tcl_SetErrorCode(interp_, "TCL", "WRONGARGS", nullptr);
    throw Reported{};
}

void Call::readPairs(const std::vector<OptionRow>& rows, Name* subject,
                     const std::function<void(std::size_t, const Word&)>& readRow) const {
    std::vector<bool> seen(rows.size(), false);
    bool isPassphraseGiven = false;
    for (int index = firstWord_ + countWords(command_.words); index < objc_; index += 2) {
        const std::string name = textOf(objv_[index]);
        const bool isOption = subject == nullptr || name.empty() || name.front() == '-';
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const OptionRow& each) { return name == each.name; });
        if (isOption && row == rows.end()) {
            refuseOption(interp_, name, rows);
        }
        const bool isShown =
            isOption || Name::isType(name) || (!isPassphraseGiven && Name::resemblesType(name));
        if (!isShown) {
            refuseHiddenAttribute();
        }
        if (index + 1 == objc_) {
            Tcl_SetObjResult(interp_, newText("no value after " + quote(name)));
            Tcl_SetErrorCode(interp_, "TCL", "ARGUMENT", "MISSING", redact(name).c_str(), nullptr);
            throw Reported{};
        }
        if (!isOption) {
            subject->add(name, textOf(objv_[index + 1]));
            continue;
        }
        const auto position = static_cast<std::size_t>(row - rows.begin());
        if (seen[position]) {
            throw Error(Code::ArgsRepeated, "option " + name + " is given twice",
                        {{"option", name}});
        }
        seen[position] = true;
        isPassphraseGiven = isPassphraseGiven || std::string_view(row->value) == "passphrase";
        readRow(position, Word(interp_, objv_[index + 1], row->name));
    }
    requireNeeded(rows, seen);
}

}  // namespace sslkeys
