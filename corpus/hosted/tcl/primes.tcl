# A sieve in an array, and trial division that finds the same.
proc sieve {limit} {
    set found {}
    for {set i 2} {$i <= $limit} {incr i} {
        if {[info exists crossed($i)]} {
            continue
        }
        lappend found $i
        for {set j [expr {$i * $i}]} {$j <= $limit} {incr j $i} {
            set crossed($j) 1
        }
    }
    return $found
}
proc is-prime {n} {
    if {$n < 2} {return 0}
    set d 2
    while {$d * $d <= $n} {
        if {$n % $d == 0} {return 0}
        incr d
    }
    return 1
}
set primes [sieve 100]
puts $primes
puts "[llength $primes] primes"
set again {}
for {set i 0} {$i <= 100} {incr i} {
    if {[is-prime $i]} {lappend again $i}
}
puts [expr {$primes eq $again ? "same" : "different"}]
