builtins.fromTOML ''
  title = "x"
  numbers = [ 1, 0x1F, 1_000, -1.5, inf ]
  [a.b]
  c = { d = true }
  [[list]]
  n = 1
  [[list]]
  n = 2
''
