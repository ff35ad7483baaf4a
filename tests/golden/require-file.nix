# run: kiln build foo
{ requireFile }:

requireFile {
  name = "foo-1.2.bin";
  sha256 = "GZVSEAjXdFWm5eGsj1oVnUjOARZB6Jfx9n8nZgM0xVk=";
  message = ''

    foo is given out to members alone.
    Take foo-1.2.bin from there, and say

      nix-prefetch-url file:///PATH/TO/foo-1.2.bin
  '';
}
