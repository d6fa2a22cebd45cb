# JSON for programs: one document on standard output, in ASCII. A list, what a file holds, and a command that takes several words
# or rows answer an array, however many there are; every other command answers one object. What one of several words meets is an
# element of the array, told by its field `error`; what ends the command is one object on standard error.

namespace eval ::sslkeys::cli {
    # How many elements the array has so far; {} where the answer is one object.
    variable elements {}
    # type -> the fields that have it. A field that stands in no row is text, and tests/clijson.test complains.
    variable fieldTypes {
        number {
            approvals at before bits certificates changed count created enroll expires id line needed notafter notbefore number
            opened pathlength port publish retryafter revoked rounds service size status taken thisupdate nextupdate time
            told usedat version added
        }
        flag    {ca challenge dropped encrypted present truncated}
        list    {caissuers candidates crlurls excluded extendedusages left next ocspurls permitted policies san stillrevoked usages}
        pairs   {issuer subject}
        object  {details following ports signing}
        objects {entries findings previous}
        text {
            action address aside authorityid authoritykeyid authserial certfile cipher code command curve directory email error
            fingerprint format group hash issuerkey issuername kdf keyfile keyfingerprint keytype level location mend name note object
            obstacle openssl operation origin parent path profile reason request requestfile serial sha1 signature sslkeys
            state subjectkeyid subjectname summary supersedes synopsis tcl token unsupported usedby user what who why word worst
        }
    }
    variable typeOfField [dict create]
    dict for {type names} $fieldTypes {
        foreach name $names {
            dict set typeOfField $name $type
        }
    }
    unset type names name
}

# Answer an array from now on, also where it gets one element or none.
proc ::sslkeys::cli::BeginArray {} {
    variable elements
    if {$elements eq {}} {
        set elements 0
    }
}

# Write a record: the answer, or the array's next element. What was refused as a whole has left no half of a document.
proc ::sslkeys::cli::WriteJson {record} {
    variable elements
    if {$elements eq {}} {
        puts [Json $record]
        return
    }
    puts -nonewline "[expr {$elements ? "," : "\["}]\n[Json $record]"
    incr elements
}

# End the array, if one was begun; where the command failed before its first element there is none.
proc ::sslkeys::cli::EndArray {failed} {
    variable elements
    variable json
    if {$json && $elements ne {} && ($elements || !$failed)} {
        puts [expr {$elements ? "\n\]" : "\[\]"}]
    }
    set elements {}
}

# Write a dict as a JSON object.
proc ::sslkeys::cli::Json {record} {
    variable typeOfField
    set members {}
    dict for {key value} $record {
        set type [expr {[dict exists $typeOfField $key] ? [dict get $typeOfField $key] : {text}}]
        lappend members [JsonText $key]:[Json[string totitle $type] $value]
    }
    return \{[join $members ,]\}
}

proc ::sslkeys::cli::JsonNumber {value} {
    if {$value eq {}} {
        return null
    }
    # The id of a request is no number, that of the audit trail is one.
    return [expr {[regexp {^-?(?:0|[1-9][0-9]*)$} $value] ? $value : [JsonText $value]}]
}

proc ::sslkeys::cli::JsonFlag {value} {
    return [expr {$value ? {true} : {false}}]
}

proc ::sslkeys::cli::JsonList {value} {
    return \[[join [lmap one $value {JsonText $one}] ,]\]
}

# Attributes and their values: an attribute may stand there twice.
proc ::sslkeys::cli::JsonPairs {value} {
    return \[[join [lmap {attribute text} $value {JsonList [list $attribute $text]}] ,]\]
}

proc ::sslkeys::cli::JsonObject {value} {
    return [expr {$value eq {} ? {null} : [Json $value]}]
}

proc ::sslkeys::cli::JsonObjects {value} {
    return \[[join [lmap one $value {Json $one}] ,]\]
}

# Write a text as a JSON string, in ASCII.
proc ::sslkeys::cli::JsonText {text} {
    if {[regexp {^[ !#-\[\]-~]*$} $text]} {
        return \"$text\"
    }
    set quoted {}
    foreach character [split $text {}] {
        scan $character %c code
        if {$character in {\" \\}} {
            append quoted \\ $character
        } elseif {$code >= 32 && $code < 127} {
            append quoted $character
        } elseif {$code > 0xffff} {
            append quoted [format {\u%04x\u%04x} [expr {0xd7c0 + ($code >> 10)}] [expr {0xdc00 + ($code & 0x3ff)}]]
        } else {
            append quoted [format {\u%04x} $code]
        }
    }
    return \"$quoted\"
}
