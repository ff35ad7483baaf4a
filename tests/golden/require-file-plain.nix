# run: kiln build foo
{ requireFile }:

requireFile {
  url = "https://example.com/members/foo-1.2.bin";
  hash = "sha256-GZVSEAjXdFWm5eGsj1oVnUjOARZB6Jfx9n8nZgM0xVk=";
}
