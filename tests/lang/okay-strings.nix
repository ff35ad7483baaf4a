# Escapes, interpolation and the stripping of indented strings.
let
  name = "world";
in
{
  escapes = "a\tb\nc\"d\\e\${f}$g$${h}";
  interpolated = "hello ${name}${toString [ 1 2 ]}";
  nested = "${"${"x"}y"}z";
  indented = ''
    one
      two ${name}
    three
  '';
  short = ''x'';
  escaped = ''
    ''${a} ''' ''\n ''\t|
    $a $$ '' + "end";
  emptyLines = ''

      deep

    less
  '';
  lastLine = ''
    a
      b'';
  tabs = ''
    	tab
  '';
  uri = http://example.org/a?b=c;
}
