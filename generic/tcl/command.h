// The one command-table mechanism and the one trampoline between Tcl and C++: no exception leaves
// it.
#pragma once

#include "tcl/call.h"

#include <string>
#include <vector>

namespace sslkeys {

class Error;

// A subcommand (noun and verb) or a command of its own (no verb).
struct Command {
    const char* noun;                // "key"
    const char* verb;                // "generate", or ""
    const char* words;               // what stands before the options: "REQUEST profile"
    std::vector<OptionRow> options;  // of the table that run() reads
    bool takesAttributes;            // ?ATTR value ...? among the options
    void (*run)(Call& call);
};

// The name as it is called: "sslkeys::key generate".
std::string fullName(const Command& command);

// The call in grammar form: "sslkeys::key generate ?-keytype ec|rsa|ed25519? ...".
std::string synopsis(const Command& command);

// All rows, noun by noun.
const std::vector<Command>& commands();

// Give the interpreter the commands.
void createCommands(Tcl_Interp* interp);

// Each noun's rows stand in its own file.
std::vector<Command> keyCommands();          // cmd_key.cpp
std::vector<Command> requestCommands();      // cmd_request.cpp
std::vector<Command> certificateCommands();  // cmd_certificate.cpp
Command verifyCommand();                     // cmd_verify.cpp, of certificateCommands()
std::vector<Command> crlCommands();          // cmd_crl.cpp
std::vector<Command> ocspCommands();         // cmd_ocsp.cpp
std::vector<Command> bundleCommands();       // cmd_bundle.cpp
std::vector<Command> storeCommands();        // cmd_store.cpp
std::vector<Command> authorityCommands();    // cmd_authority.cpp
std::vector<Command> durableCommands();      // cmd_durable.cpp
std::vector<Command> jobCommands();          // cmd_job.cpp
std::vector<Command> tickerCommands();       // cmd_ticker.cpp
std::vector<Command> processCommands();      // cmd_process.cpp
std::vector<Command> tokenCommands();        // cmd_token.cpp
std::vector<Command> sessionCommands();      // cmd_session.cpp
std::vector<Command> aboutCommands();        // cmd_about.cpp

}  // namespace sslkeys
