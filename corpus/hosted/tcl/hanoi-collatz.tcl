# Deep recursion, long loops and nested loops with break and continue.
set moves 0
proc hanoi {n from to via} {
    global moves
    if {$n == 0} return
    hanoi [expr {$n - 1}] $from $via $to
    incr moves
    hanoi [expr {$n - 1}] $via $to $from
}
hanoi 7 A C B
puts "$moves moves"
proc collatz {n} {
    set steps 0
    while {$n != 1} {
        if {$n % 2} {set n [expr {3 * $n + 1}]} else {set n [expr {$n / 2}]}
        incr steps
    }
    return $steps
}
set best 0
for {set i 1} {$i < 100} {incr i} {
    set c [collatz $i]
    if {$c > $best} {
        set best $c
        set who $i
    }
}
puts "longest below 100: $who with $best steps"
for {set i 2} {$i < 20} {incr i} {
    if {$i % 2 == 0} continue
    for {set j 3} {$j < $i} {incr j 2} {
        if {$i % $j == 0} break
    }
    if {$j >= $i} {puts -nonewline "$i "}
}
puts "."
proc ack {m n} {
    if {$m == 0} {return [expr {$n + 1}]}
    if {$n == 0} {return [ack [expr {$m - 1}] 1]}
    ack [expr {$m - 1}] [ack $m [expr {$n - 1}]]
}
puts [ack 2 3]
puts [expr {2 ** 10}],[expr {-7 / 2}],[expr {-7 % 3}],[expr {7.0 / 2}],[expr {1 + 2 * 3 - 4 % 3}]
