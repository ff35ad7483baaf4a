{ fetchzip }:

# the hash of the archive itself, where that of the unpacked tree belongs
fetchzip {
  url = "file:///FILE";
  hash = "sha256-GZVSEAjXdFWm5eGsj1oVnUjOARZB6Jfx9n8nZgM0xVk=";
}
