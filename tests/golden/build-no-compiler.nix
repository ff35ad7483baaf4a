# run: kiln build foo
{ runCommand }:
runCommand "foo" { } "cc --version"
