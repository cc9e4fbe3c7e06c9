// The least that a compiled program takes: the floor of every ratio.
