// One call of a command: its words in, its result out.
#pragma once

#include "tcl/option.h"
#include "tcl/shim.h"

#include <string>
#include <vector>

namespace sslkeys {

struct Command;

class Call {
  public:
    Call(Tcl_Interp* interp, const Command& command, int firstWord, int objc, Tcl_Obj* const* objv);

    Tcl_Interp* interp() const { return interp_; }

    // The words that stand before the options, as the row's `words` names them.
    Tcl_Obj* object(int position) const { return objv_[firstWord_ + position]; }
    Word word(int position, const char* name) const { return {interp_, object(position), name}; }
    std::string text(int position) const { return textOf(object(position)); }

    // Read the options that follow, in any order, each at most once; and where a subject is wanted,
    // the attributes among them.
    //   errors  TCL LOOKUP INDEX option, TCL ARGUMENT MISSING; ARGS REPEATED, MISSING; NAME * for
    //           attributes
    template <class Args>
    void read(Args& args, const Options<Args>& options, Name* subject = nullptr) const {
        readPairs(options.rows(), subject,
                  [&](std::size_t row, const Word& word) { options.read(row, args, word); });
    }

    // The time to work by: the one given, else the clock's. Unix seconds.
    static std::int64_t now();

    void answer(Tcl_Obj* result) { Tcl_SetObjResult(interp_, result); }
    void answer(std::string_view result) { answer(newText(result)); }
    void answer(const Dict& result) { answer(result.get()); }

    // End as a script that was run ended; its error is its own.
    void finish(int code) { code_ = code; }
    int code() const { return code_; }

    // Refuse the number of words, with the row's usage.
    //   errors  TCL WRONGARGS
    [[noreturn]] void refuseArity() const;

  private:
    void readPairs(const std::vector<OptionRow>& rows, Name* subject,
                   const std::function<void(std::size_t, const Word&)>& readRow) const;

    Tcl_Interp* interp_;
    const Command& command_;
    int firstWord_;
    int objc_;
    Tcl_Obj* const* objv_;
    int code_ = TCL_OK;
};

}  // namespace sslkeys
