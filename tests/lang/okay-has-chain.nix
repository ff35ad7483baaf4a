{ } ? a ? b == false && { x = 1; } ? x == true
