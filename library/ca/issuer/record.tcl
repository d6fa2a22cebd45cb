# The one way by which a certificate comes on record: prepared, published where it is, issued. Only then may it leave.

oo::define ::sslkeys::issuer {
    # Record a certificate that was made. When this returns it is issued, durably; when it fails nothing of it may leave.
    #   in      a certificate row; publish: a script that puts it where it is found, and one that takes it away again
    #   out     the row
    #   errors  those of the registry and of the script
    method Record {row {publish {}} {unpublish {}}} {
        if {$publish eq {}} {
            [$Registry db] transaction {
                set row [$Registry prepare $row]
                $Registry release [dict get $row serial] -now [dict get $row at]
            }
            return $row
        }
        set row [$Registry prepare $row]
        set serial [dict get $row serial]
        try {
            uplevel 1 $publish
        } on error {message details} {
            $Registry withdraw $serial $message
            return -options $details $message
        }
        try {
            $Registry release $serial -now [dict get $row at]
        } on error {message details} {
            uplevel 1 $unpublish
            try {
                $Registry withdraw $serial $message
            } trap SSLKEYS {} {
                # With the database gone the row stays prepared, and nothing of it is ever current.
            }
            return -options $details $message
        }
        return $row
    }
}
