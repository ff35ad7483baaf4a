{ colour = 1; size = 2; }.color
