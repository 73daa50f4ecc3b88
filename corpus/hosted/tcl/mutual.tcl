# Two procedures that call each other, and a state machine driven by names.
proc even {n} {
    if {$n == 0} {return 1}
    odd [expr {$n - 1}]
}
proc odd {n} {
    if {$n == 0} {return 0}
    even [expr {$n - 1}]
}
foreach n {0 1 7 10} {
    puts "$n even: [even $n] odd: [odd $n]"
}
proc state-coin {coin} {
    switch $coin {
        push {return "locked locked"}
        coin {return "open unlocked"}
        default {return "locked refused"}
    }
}
proc state-open {coin} {
    switch -- $coin {
        push {return "coin passed"}
        coin -
        token {return "open thanked"}
        default {return "open refused"}
    }
}
set state coin
foreach event {push coin coin token push bone} {
    if {$state eq "locked"} {set state coin}
    set answer [state-$state $event]
    puts "$state + $event: [lindex $answer 1]"
    set state [lindex $answer 0]
}
