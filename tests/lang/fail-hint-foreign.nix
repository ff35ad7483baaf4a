a: b: a and b
