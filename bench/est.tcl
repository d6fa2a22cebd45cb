# The enrolment port that rows_est.tcl measures: gives client certificates to whoever asks, as many as he likes.
#
#     tclsh est.tcl KEYS          prints its port

package require sslkeys
sslkeys::log::configure -level error
set keys [lindex $argv 0]
set server [sslkeys::server new -directory $keys -keyfile $keys/server1.key -certfile $keys/server1.crt -port 0 -address 127.0.0.1 \
    -policy {approval {{0 auto}} issue-per-minute {{0 0}} issue-per-address {{0 0}}}]
puts [$server port]
flush stdout
vwait forever
