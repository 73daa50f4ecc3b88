# Insertion sort with lset, quicksort with lists, and lsort.
proc insertion {xs} {
    for {set i 1} {$i < [llength $xs]} {incr i} {
        set v [lindex $xs $i]
        set j $i
        while {$j > 0 && [lindex $xs [expr {$j - 1}]] > $v} {
            lset xs $j [lindex $xs [expr {$j - 1}]]
            incr j -1
        }
        lset xs $j $v
    }
    return $xs
}
proc quick {xs} {
    if {[llength $xs] < 2} {return $xs}
    set pivot [lindex $xs 0]
    set less {}
    set more {}
    foreach x [lrange $xs 1 end] {
        if {$x < $pivot} {lappend less $x} else {lappend more $x}
    }
    concat [quick $less] $pivot [quick $more]
}
set data {31 4 15 92 6 53 58 97 9 3 2 38 46 26 4}
puts [insertion $data]
puts [quick $data]
puts [lsort -integer $data]
puts [lsort -integer -decreasing -unique $data]
puts [lsort {pear fig apple banana cherry}]
puts $data
