# Reading a large document, all of it.
{ file }:
let document = builtins.fromJSON (builtins.readFile file); in builtins.deepSeq document (builtins.length (builtins.attrNames document))
