// The registry of a key directory, as C++ calls it: what is issued there goes on record first. It
// is an object of library/ca/registry.tcl, open in this interpreter; all is done in its thread.
#pragma once

#include "store/keydirectory.h"
#include "tcl/job.h"

#include <optional>
#include <string>

namespace sslkeys {

class Record {
  public:
    // Find the registry of a directory; none where it has none.
    //   errors  STORE REGISTERED when there is one that is not open here
    static std::optional<Record> of(Tcl_Interp* interp, const std::string& directory);

    // Refuse a directory whose registry is not open here.
    //   errors  STORE REGISTERED
    static void require(Tcl_Interp* interp, const std::string& directory);

    // Find it where it is open; none where it is not as well.
    static std::optional<Record> ifOpen(Tcl_Interp* interp, const std::string& directory);

    // Put a pair on record, publish it, and release it. What fails after the first step is closed,
    // or released where the pair stands in spite of it.
    //   errors  STORE *, POLICY *; POSIX
    Stored publish(const std::string& directory, const std::string& name, const Terms& terms,
                   const Unpublished& pair, bool replace) const;

    // Note in the audit trail what was done to the CA itself.
    //   errors  STORE *
    void note(const std::string& action, const std::string& object) const;

    // Refuse to end the trust in a previous CA while something on record that it signed counts.
    //   errors  CA INUSE, STORE *
    void requireRetired(std::int64_t now) const;

    // Note it when an answer is given, where a registry is open then. What a job carries through
    // another thread may hold nothing of Tcl's, so it is looked for anew.
    static Answer noted(Tcl_Interp* interp, const std::string& directory, const std::string& action,
                        Answer answer);

  private:
    Record(Tcl_Interp* interp, Tcl_Obj* registry) : interp_(interp), registry_(registry) {}
    void call(const std::vector<Reference>& words) const;

    Tcl_Interp* interp_;
    Reference registry_;
};

}  // namespace sslkeys
