let x = y + 1; y = x - 1; in x
