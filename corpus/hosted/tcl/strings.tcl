# Building and taking apart strings.
proc reverse-words {s} {
    join [lreverse [split $s " "]] " "
}
proc palindrome {s} {
    set clean [string tolower $s]
    string equal $clean [string reverse $clean]
}
proc caesar {s shift} {
    set letters abcdefghijklmnopqrstuvwxyz
    set out ""
    for {set i 0} {$i < [string length $s]} {incr i} {
        set c [string index $s $i]
        set place [string first $c $letters]
        if {$place < 0} {
            append out $c
        } else {
            append out [string index $letters [expr {($place + $shift) % 26}]]
        }
    }
    return $out
}
puts [reverse-words "the quick brown fox"]
puts "[palindrome Rotor] [palindrome motor]"
set secret [caesar "attack at dawn" 3]
puts $secret
puts [caesar $secret -3]
puts [string repeat "=-" 10]
puts [string toupper [string range "hello world" 6 end]]
foreach {name price} {tea 2.5 coffee 3.25 water 0} {
    puts [format "%-8s|%6.2f|%3d" $name $price [string length $name]]
}
set row ""
for {set i 1} {$i <= 5} {incr i} {
    append row $i [expr {$i < 5 ? "," : "."}]
}
puts $row
puts -nonewline "no "
puts -nonewline {$new [line] }
puts "yet"
puts [string trim "   spaces   "]|
