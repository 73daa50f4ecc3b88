# Matrices as lists of lists, a queue as a list, and a breadth-first search.
proc multiply {a b} {
    set out {}
    foreach row $a {
        set line {}
        for {set j 0} {$j < [llength [lindex $b 0]]} {incr j} {
            set sum 0
            for {set k 0} {$k < [llength $row]} {incr k} {
                incr sum [expr {[lindex $row $k] * [lindex $b $k $j]}]
            }
            lappend line $sum
        }
        lappend out $line
    }
    return $out
}
set m {{1 1} {1 0}}
set p {{1 0} {0 1}}
for {set i 0} {$i < 20} {incr i} {
    set p [multiply $p $m]
}
puts $p
proc distance {from to} {
    global edges
    set queue [list [list $from 0]]
    set seen($from) 1
    while {[llength $queue] > 0} {
        lassign [lindex $queue 0] here steps
        set queue [lrange $queue 1 end]
        if {$here eq $to} {return $steps}
        foreach next $edges($here) {
            if {[info exists seen($next)]} continue
            set seen($next) 1
            lappend queue [list $next [expr {$steps + 1}]]
        }
    }
    return -1
}
foreach {node next} {a {b c} b {d} c {d e} d {f} e {f} f {} g {a}} {
    set edges($node) $next
}
puts "a-f [distance a f], g-e [distance g e], f-a [distance f a]"
puts [list plain "two words" {} {br{ace}} a\$b]
