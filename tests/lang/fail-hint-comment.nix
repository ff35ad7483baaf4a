{
  a = 1 /* half a comment
}
