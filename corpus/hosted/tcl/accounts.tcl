# A global array of accounts, errors that are raised and caught, defaults and variable arguments.
set balance(ann) 100
set balance(bob) 20
proc withdraw {who amount} {
    global balance
    if {![info exists balance($who)]} {
        error "no account: $who"
    }
    if {$balance($who) < $amount} {
        error "$who has only $balance($who)"
    }
    set balance($who) [expr {$balance($who) - $amount}]
}
proc deposit {who {amount 10}} {
    global balance
    incr balance($who) $amount
}
proc transfer {from to amount} {
    withdraw $from $amount
    deposit $to $amount
}
proc total {args} {
    global balance
    set sum 0
    foreach who $args {
        incr sum $balance($who)
    }
    return $sum
}
transfer ann bob 70
puts "ann $balance(ann) bob $balance(bob)"
foreach job {{ann bob 31} {bob ann 45} {eve ann 1}} {
    if {[catch {transfer {*}$job} why]} {
        puts "refused: $why"
    } else {
        puts "done: $job"
    }
}
deposit bob
puts [total ann bob]
puts "[catch {withdraw} why] $why"
puts "[catch {expr {1 / 0}} why] $why"
puts "[catch {nonsense 1 2} why] $why"
puts "[catch {set missing} why] $why"
unset balance(bob)
puts [info exists balance(bob)]
