# Recursion and a loop that agree.
proc fib {n} {
    if {$n < 2} {
        return $n
    }
    expr {[fib [expr {$n - 1}]] + [fib [expr {$n - 2}]]}
}
proc fib-loop {n} {
    set a 0
    set b 1
    for {set i 0} {$i < $n} {incr i} {
        set next [expr {$a + $b}]
        set a $b
        set b $next
    }
    return $a
}
foreach n {0 1 2 10 15} {
    puts "fib($n) = [fib $n] [fib-loop $n]"
}
puts [fib-loop 70]
