{
  a = ''
    text
  ';
}
