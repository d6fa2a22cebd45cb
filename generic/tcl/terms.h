// The options that several commands share: of a key to be made, of a certificate to be signed, of
// the CA that signs.
#pragma once

#include "pki/chain.h"
#include "pki/error.h"
#include "pki/issuance.h"
#include "store/keydirectory.h"
#include "tcl/call.h"
#include "tcl/passphrase.h"

#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace sslkeys {

// -keytype -bits -curve -password -passwordfrom
struct KeyArgs {
    KeySpec spec;
    bool hasBits = false;
    bool hasCurve = false;
    std::optional<Secret> password;
    std::optional<Word> passwordFrom;
};
const std::vector<Option<KeyArgs>>& keyOptions();

// Refuse options that do not go together, and fetch the passphrase from where it is.
//   errors  ARGS CONFLICT; those of passphraseOf()
KeyTerms settle(const KeyArgs& args);

// Read a list of alternative names.
//   errors  TCL VALUE LIST, NAME ALTNAME
AltNames altNamesOf(const Word& word);

// -days -notafter -san -crlurl ..., and the attributes
struct TermsArgs {
    Terms terms;
    TermsArgs() { terms.now = Call::now(); }
};
const std::vector<Option<TermsArgs>>& termsOptions();  // of any certificate, without those below
const std::vector<Option<TermsArgs>>& timeOptions();   // -days -notafter -now
const std::vector<Option<TermsArgs>>& boundOptions();  // -pathlength -permitted -excluded, of a CA

// -ca -cafile -cakey -cakeyfile -cakeypassword -cakeypasswordfrom
struct CaArgs {
    std::optional<Word> ca, caKey;
    std::string caFile, caKeyFile;
    std::optional<Secret> caPassword;
    std::optional<Word> caPasswordFrom;
};
const std::vector<Option<CaArgs>>& caOptions();

struct Ca {
    Certificate certificate;
    std::vector<Certificate> all;  // it first, then what came with it
    bool hasPassword;
    std::function<Key()> openKey;  // takes a while where it has; errors  KEY *, POSIX
};

bool isGiven(const CaArgs& args);

// Read the CA from values or files; its key now, or when it is opened where that needs a
// passphrase.
//   errors  ARGS MISSING, ARGS CONFLICT; POSIX; CERTIFICATE PEM; KEY *; those of passphraseOf()
Ca loadCa(const CaArgs& args);

// Refuse a call that gives both a value and a file.
//   errors  ARGS CONFLICT
void requireNotBoth(bool hasValue, bool hasFile, const std::string& name);

// Refuse a call that gives neither a value nor a file, or both.
//   in      name  the option of the value; that of the file ends in "file"
//   errors  ARGS MISSING, ARGS CONFLICT
void requireOne(bool hasValue, bool hasFile, const std::string& name);

// Read a file as store/pemfile.h does; a refusal names the file.
template <class Read> auto ofFile(const std::string& path, Read read) {
    try {
        return read(path);
    } catch (const Error& error) {
        throw error.about(quote(path));
    }
}

// What every command that makes a certificate tells of it.
Dict describeIssued(const Certificate& certificate, bool truncated);

// Who a certificate stands for, and where it was verified, whose key signed it.
Dict describeIdentity(const Certificate& certificate, const std::string& issuerKey = {});

// A key as it is answered: itself, or the PEM of the encrypted one.
using KeyText = std::variant<Key, Secret>;

// Encrypt a key where a passphrase was given, which takes a while.
KeyText sealKey(const Key& key, const std::optional<Secret>& password);
Tcl_Obj* newKeyValue(const KeyText& text);

}  // namespace sslkeys
