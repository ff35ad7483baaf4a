# A longer list is the same one through an attribute and a function, too; a short one lives in its value.
rec {
  long = builtins.genList (i: i) 4;
  selected = { k = long; }.k;
  short = [ 1 2 ];
  again = { k = short; }.k;
  both = [ short short ];
}
